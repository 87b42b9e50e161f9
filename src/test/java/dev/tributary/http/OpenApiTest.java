package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.document.GeneratedValue;
import dev.tributary.document.GeneratedValue.Kind;
import dev.tributary.http.openapi.ApiProblems;
import dev.tributary.http.openapi.OpenApi;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.items.Resource;
import dev.tributary.items.ResourceSettings;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The description of the resources is a valid OpenAPI 3.1 document, and agrees with the settings. */
class OpenApiTest {

    private static final GeneratedValue NOW_ISO = new GeneratedValue(Kind.NOW_ISO, Duration.ZERO);

    record Case(String name, List<Resource> resources) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() throws Exception {
        List<Case> cases = new ArrayList<>();
        cases.add(new Case("no resources", List.of()));
        cases.add(new Case("every type", List.of(resource("typed", typed(), ManyResources.ID))));
        cases.add(new Case(
                "keys that no path template can have",
                List.of(resource(
                        "odd",
                        new GivenWrites("/odd", "odd", Map.of(), Map.of()),
                        new KeySchema(
                                new KeyAttribute("a/{b}", AttributeType.B),
                                Optional.of(new KeyAttribute("consistent", AttributeType.N)))))));
        cases.add(new Case(
                "resources named as parts of the document",
                List.of(
                        resource("openapi", new GivenWrites("/a", "a", Map.of(), Map.of()), ManyResources.ID),
                        resource("problem", new GivenWrites("/b", "b", Map.of(), Map.of()), ManyResources.ID),
                        resource("description", new GivenWrites("/c", "c", Map.of(), Map.of()), ManyResources.ID))));
        cases.add(new Case(
                "a version, times, defaults, and rules",
                List.of(
                        resource("ruled", ruled(), ManyResources.EMAIL),
                        resource("typed", typed(), ManyResources.ID))));
        for (String file : List.of(
                "config/local.properties", "config/examples/users.properties",
                "config/examples/sessions.properties", "config/examples/leaderboard.properties")) {
            Settings settings = Settings.load(Path.of(file), Map.of());
            cases.add(new Case(
                    file,
                    settings.resource().entrySet().stream()
                            .map(write -> resource(
                                    write.getKey(),
                                    write.getValue(),
                                    settings.table()
                                            .get(write.getValue().table())
                                            .key()))
                            .toList()));
        }
        return cases.stream();
    }

    private static Resource resource(String name, GivenWrites given, KeySchema key) {
        return resource(name, given.settings(), key);
    }

    private static Resource resource(String name, ResourceSettings settings, KeySchema key) {
        return GivenResources.plain(name, settings, key, null, Duration.ofSeconds(1), Clock.systemUTC());
    }

    private static GivenWrites typed() {
        return new GivenWrites("/typed", "typed", ManyResources.TYPES, Map.of("n", "1.50", "ss", "[\"a\"]"));
    }

    private static GivenWrites ruled() {
        return new GivenWrites("/", "ruled", Map.of("age", AttributeType.N), Map.of("active", "true"))
                .requiring("name", "made")
                .allowing("name", "age", "active", "made", "touched")
                .making(
                        Map.of("made", NOW_ISO, "created", NOW_ISO),
                        Map.of("touched", NOW_ISO, "expires", new GeneratedValue(Kind.NOW, Duration.ofHours(1))))
                .versioned("version", PreconditionPolicy.REQUIRED);
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Tag("slow")
    void isAnOpenApiDocument(Case described) throws IOException {
        for (boolean authenticated : List.of(false, true)) {
            JsonNode document = JsonSchemas.read(
                    OpenApi.of(described.resources(), authenticated, "").json());
            assertThat(JsonSchemas.errorsOf(document)).isEmpty();
            assertThat(document.findValuesAsText("operationId")).doesNotHaveDuplicates();
            for (String reference : document.findValuesAsText("$ref")) {
                assertThat(document.at(reference.substring(1)).isObject())
                        .as(reference)
                        .isTrue();
            }
        }
    }

    /** Shows that the validation of the test above finds errors. */
    @Test
    void invalidDescriptionsAreFound() throws IOException {
        ObjectNode document =
                (ObjectNode) JsonSchemas.read(OpenApi.of(List.of(), true, "").json());
        document.withObject("/paths/~1x/get/responses/200").put("descripton", "misspelt");
        assertThat(JsonSchemas.errorsOf(document)).isNotEmpty();
        ObjectNode other =
                (ObjectNode) JsonSchemas.read(OpenApi.of(List.of(), true, "").json());
        other.withObject("/components/schemas/wrong").put("type", "text");
        assertThat(JsonSchemas.errorsOf(other)).isNotEmpty();
    }

    @Test
    void versionChangesOnlyWithTheSettings() {
        OpenApi before = OpenApi.of(List.of(resource("typed", typed(), ManyResources.ID)), false, "");

        assertThat(OpenApi.of(List.of(resource("typed", typed(), ManyResources.ID)), false, ""))
                .isEqualTo(before);
        assertThat(OpenApi.of(List.of(resource("typed", typed().requiring("b"), ManyResources.ID)), false, "")
                        .version())
                .isNotEqualTo(before.version());
    }

    @Test
    void orderOfTheResourcesDoesNotMatter() {
        List<Resource> resources = new ArrayList<>(
                List.of(resource("ruled", ruled(), ManyResources.EMAIL), resource("typed", typed(), ManyResources.ID)));
        OpenApi one = OpenApi.of(resources, false, "");
        Collections.reverse(resources);
        assertThat(OpenApi.of(resources, false, "")).isEqualTo(one);
    }

    @Test
    void everyProblemTypeIsInSomeResponse() {
        Set<ProblemType> described = EnumSet.of(ProblemType.UNKNOWN_PATH); // paths that do not exist are not described
        described.addAll(ApiProblems.ofQuery());
        described.addAll(ApiProblems.ofAny(true));
        described.addAll(ApiProblems.ofAny(false));
        List.of("post", "get", "put", "patch", "delete")
                .forEach(method -> described.addAll(ApiProblems.ofItem(method, true)));
        assertThat(described).containsExactlyInAnyOrder(ProblemType.values());
    }

    @Test
    void requestsAreDescribedByTheRules() throws IOException {
        JsonNode schemas = schemas(resource("ruled", ruled(), ManyResources.EMAIL));

        JsonNode post = schemas.get("ruled-post");
        assertThat(names(post.get("properties")))
                .containsExactly("email", "active", "age", "made", "name", "touched", "version");
        assertThat(post.get("additionalProperties").asBoolean(true)).isFalse();
        assertThat(texts(post.get("required"))).containsExactly("email", "name");
        assertThat(texts(schemas.get("ruled-put").get("required"))).containsExactly("name");
        assertThat(schemas.get("ruled-patch").has("required")).isFalse();
        assertThat(post.at("/properties/active/default").asBoolean()).isTrue();
        assertThat(post.at("/properties/version/readOnly").asBoolean()).isTrue();
        assertThat(texts(post.at("/properties/age/type"))).containsExactly("number", "string");
        assertThat(texts(schemas.at("/ruled-patch/properties/age/type"))).containsExactly("number", "string", "null");
        assertThat(texts(schemas.at("/ruled-patch/properties/name/type"))).doesNotContain("null");
    }

    @Test
    void itemsAreDescribedWithGeneratedValues() throws IOException {
        JsonNode item = schemas(resource("ruled", ruled(), ManyResources.EMAIL)).get("ruled-item");

        assertThat(names(item.get("properties")))
                .containsExactlyInAnyOrder(
                        "email", "active", "age", "created", "expires", "made", "name", "touched", "version");
        assertThat(names(item.get("properties")).filter(name -> item.at("/properties/" + name + "/readOnly")
                        .asBoolean()))
                .containsExactlyInAnyOrder("created", "expires", "touched", "version");
        assertThat(item.at("/properties/created/format").asText()).isEqualTo("date-time");
        assertThat(item.at("/properties/age/type").asText()).isEqualTo("number");
        assertThat(texts(item.get("required"))).containsExactly("email");
    }

    @Test
    void defaultsKeepTheirDigits() throws IOException {
        assertThat(schemas(resource("typed", typed(), ManyResources.ID))
                        .at("/typed-post/properties/n/default")
                        .decimalValue())
                .isEqualTo("1.5");
    }

    @Test
    void onlyResourcesWithAVersionHaveETags() throws IOException {
        JsonNode without = JsonSchemas.read(OpenApi.of(List.of(resource("typed", typed(), ManyResources.ID)), false, "")
                .json());
        JsonNode with = JsonSchemas.read(OpenApi.of(List.of(resource("ruled", ruled(), ManyResources.EMAIL)), false, "")
                .json());

        assertThat(without.at("/paths/~1typed~1{id}/get/responses/200/headers").has("ETag"))
                .isFalse();
        assertThat(without.at("/paths/~1typed~1{id}/get/responses").has("304")).isFalse();
        assertThat(with.at("/paths/~1{email}/get/responses/200/headers").has("ETag"))
                .isTrue();
        assertThat(with.at("/paths/~1{email}/get/responses").has("304")).isTrue();
    }

    private static JsonNode schemas(Resource resource) throws IOException {
        return JsonSchemas.read(OpenApi.of(List.of(resource), false, "").json()).at("/components/schemas");
    }

    private static Stream<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names.stream();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
