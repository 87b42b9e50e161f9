package dev.tributary.document;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.tributary.document.Problem.Kind;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ItemReaderTest {

    private static final KeySchema EMAIL = new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty());

    /** One declared attribute of each type, named after it. */
    private static final Map<String, AttributeType> ALL_TYPES = Map.of(
            "s", AttributeType.S,
            "n", AttributeType.N,
            "b", AttributeType.B,
            "bool", AttributeType.BOOL,
            "null", AttributeType.NULL,
            "m", AttributeType.M,
            "l", AttributeType.L,
            "ss", AttributeType.SS,
            "ns", AttributeType.NS,
            "bs", AttributeType.BS);

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-31T12:00:00.5Z"), ZoneOffset.UTC);

    private static final String DIGITS_38 = "12345678901234567890123456789012345678";

    private static Map<String, AttributeValue> read(String json) throws RefusedException {
        return reader(EMAIL, ALL_TYPES, Map.of()).read(json.getBytes(UTF_8), Map.of());
    }

    private static ItemReader reader(KeySchema key, Map<String, AttributeType> types, Map<String, String> defaults) {
        return reader(key, new GivenWrites("/", "users", types, defaults));
    }

    private static ItemReader reader(KeySchema key, GivenWrites settings) {
        return new ItemReader(
                ItemSchema.of("users", "users", settings.document(), key, List.of()),
                new ServerValues(settings.generated(), settings.refreshed(), CLOCK));
    }

    private static Problem refusal(String json) {
        return refusal(reader(EMAIL, ALL_TYPES, Map.of()), json.getBytes(UTF_8));
    }

    private static Problem refusal(ItemReader reader, byte[] json) {
        return catchThrowableOfType(RefusedException.class, () -> reader.read(json, Map.of()))
                .problem();
    }

    @Test
    void tutorialRequestBecomesTheTutorialItem() throws RefusedException {
        var settings = GivenWrites.ofUsers("users");
        var reader = reader(EMAIL, settings);
        String json =
                "{\"email\":\"a@example.com\",\"state\":\"New York\",\"city\":\"Brooklyn\",\"zipcode\":\"11208\"}";
        assertThat(reader.read(json.getBytes(UTF_8), Map.of()))
                .isEqualTo(Map.of(
                        "email", AttributeValue.fromS("a@example.com"),
                        "state", AttributeValue.fromS("New York"),
                        "city", AttributeValue.fromS("Brooklyn"),
                        "zipcode", AttributeValue.fromN("11208"),
                        "active", AttributeValue.fromBool(true)));
    }

    @Test
    void declaredTypesAreKept() throws RefusedException {
        var item = read("""
                {"email":"e", "s":"text", "n":12.50, "b":"AQI=", "bool":false, "null":null, "m":{"x":[1,"1",{}]},
                 "l":["a",null,true], "ss":["a","b"], "ns":[1,"2.0"], "bs":["AQ==","Ag=="]}
                """);
        assertThat(item)
                .containsEntry("s", AttributeValue.fromS("text"))
                .containsEntry("n", AttributeValue.fromN("12.5"))
                .containsEntry("b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {1, 2})))
                .containsEntry("bool", AttributeValue.fromBool(false))
                .containsEntry("null", AttributeValue.fromNul(true))
                .containsEntry(
                        "m",
                        AttributeValue.fromM(Map.of(
                                "x",
                                AttributeValue.fromL(List.of(
                                        AttributeValue.fromN("1"),
                                        AttributeValue.fromS("1"),
                                        AttributeValue.fromM(Map.of()))))))
                .containsEntry(
                        "l",
                        AttributeValue.fromL(List.of(
                                AttributeValue.fromS("a"),
                                AttributeValue.fromNul(true),
                                AttributeValue.fromBool(true))))
                .containsEntry("ss", AttributeValue.fromSs(List.of("a", "b")))
                .containsEntry("ns", AttributeValue.fromNs(List.of("1", "2")))
                .containsEntry(
                        "bs",
                        AttributeValue.fromBs(List.of(
                                SdkBytes.fromByteArray(new byte[] {1}), SdkBytes.fromByteArray(new byte[] {2}))));
    }

    @Test
    void undeclaredAttributesTakeTheTypeOfTheirValue() throws RefusedException {
        assertThat(read("{\"email\":\"e\",\"x1\":\"1\",\"x2\":1,\"x3\":true,\"x4\":null,\"x5\":{},\"x6\":[]}"))
                .isEqualTo(Map.of(
                        "email", AttributeValue.fromS("e"),
                        "x1", AttributeValue.fromS("1"),
                        "x2", AttributeValue.fromN("1"),
                        "x3", AttributeValue.fromBool(true),
                        "x4", AttributeValue.fromNul(true),
                        "x5", AttributeValue.fromM(Map.of()),
                        "x6", AttributeValue.fromL(List.of())));
    }

    @Test
    void thirtyEightDigitsSurviveAtEveryDepth() throws RefusedException {
        var item = read("{\"email\":\"e\",\"n\":%1$s,\"x\":%1$s,\"l\":[%1$s],\"ns\":[\"%1$s\"]}".formatted(DIGITS_38));
        assertThat(item.get("n").n()).isEqualTo(DIGITS_38);
        assertThat(item.get("x").n()).isEqualTo(DIGITS_38);
        assertThat(item.get("l").l().get(0).n()).isEqualTo(DIGITS_38);
        assertThat(item.get("ns").ns()).containsExactly(DIGITS_38);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"email":"e","s":1}                | /s        | expected a string; found the number 1
                    {"email":"e","n":"abc"}            | /n        | expected a number; found the string "abc"
                    {"email":"e","n":" 1"}             | /n        | expected a number; found the string " 1"
                    {"email":"e","n":null}             | /n        | expected a number; found null
                    {"email":"e","n":true}             | /n        | expected a number; found true
                    {"email":"e","n":{"a":[1]}}        | /n        | expected a number; found an object
                    {"email":"e","n":1e126}            | /n        | expected 0 or a number whose magnitude is between 1E-130 and 9.99E+125; found the number 1e126
                    {"email":"e","x":-1e-131}          | /x        | expected 0 or a number whose magnitude is between 1E-130 and 9.99E+125; found the number -1e-131
                    {"email":"e","b":"%"}              | /b        | expected a base64 string; found the string "%"
                    {"email":"e","b":[1]}              | /b        | expected a base64 string; found an array
                    {"email":"e","bool":"true"}        | /bool     | expected true or false; found the string "true"
                    {"email":"e","null":0}             | /null     | expected null; found the number 0
                    {"email":"e","m":[]}               | /m        | expected an object; found an array
                    {"email":"e","l":{}}               | /l        | expected an array; found an object
                    {"email":"e","ss":"a"}             | /ss       | expected an array of strings; found the string "a"
                    {"email":"e","ss":["a",1]}         | /ss/1     | expected a string; found the number 1
                    {"email":"e","ss":["a","b","a"]}   | /ss/2     | twice in a set; give each element once
                    {"email":"e","ns":[1,"1.0"]}       | /ns/1     | twice in a set; give each element once
                    {"email":"e","bs":["AQ==","AQ=="]} | /bs/1     | twice in a set; give each element once
                    {"email":"e","ss":[]}              | /ss       | expected at least one element: DynamoDB has no empty sets
                    {"email":"e","s":"a","s":"b"}      | /s        | named more than once; give one value
                    {"email":"e","x":{"a":1,"a":2}}    | /x/a      | named more than once; give one value
                    {"email":"e","a/b~c":"\\ud800"}    | /a~1b~0c  | expected Unicode text; found half of a surrogate pair, which UTF-8 cannot hold
                    {"email":"e","":1}                 | /         | expected a name of 1 to 50000 characters and at most 65535 bytes of Unicode text
                    {}                                 | /email    | missing; it is the partition key, of type S
                    {"email":1}                        | /email    | expected a string; found the number 1
                    {"email":""}                       | /email    | expected 1 to 2,048 bytes, as it is the partition key; found 0
                    """)
    void wrongValueIsNamed(String json, String pointer, String message) {
        Problem problem = refusal(json);
        assertThat(problem.kind()).isEqualTo(Kind.INVALID_ITEM);
        assertThat(problem.errors()).containsExactly(new FieldError(pointer, message));
    }

    @Test
    void thirtyNineDigitsAreRefused() {
        assertThat(refusal("{\"email\":\"e\",\"x\":%s9}".formatted(DIGITS_38)).errors())
                .singleElement()
                .satisfies(error -> assertThat(error.message())
                        .startsWith("expected a number of at most 38 significant digits; found the number 12345"));
    }

    @Test
    void hugeNumberIsAnErrorOfItsFieldAndCostsNothing() {
        assertThat(refusal("{\"email\":\"e\",\"x\":%s}".formatted("9".repeat(1_000_000)))
                        .errors())
                .singleElement()
                .satisfies(error -> {
                    assertThat(error.pointer()).isEqualTo("/x");
                    assertThat(error.message()).startsWith("expected a number of at most 1000 characters");
                });
    }

    @Test
    void everyErrorIsNamedAtOnce() {
        assertThat(refusal("{\"s\":1,\"n\":\"x\",\"l\":[{\"y\":1e999}],\"bool\":{\"deep\":[1,2]},\"ok\":1}")
                        .errors())
                .extracting(FieldError::pointer)
                .containsExactly("/s", "/n", "/l/0/y", "/bool", "/email");
    }

    @Test
    void errorsOfOneRequestAreBounded() {
        String member = "\"n\":[],";
        assertThat(refusal("{" + member.repeat(1000) + "\"email\":\"e\"}").errors())
                .hasSize(50);
    }

    @Test
    void sortKeyIsHeldToItsOwnLimit() {
        var key = new KeySchema(
                new KeyAttribute("id", AttributeType.N), Optional.of(new KeyAttribute("sort", AttributeType.B)));
        String long64 = Base64.getEncoder().encodeToString(new byte[1025]);
        Problem problem = refusal(
                reader(key, Map.of(), Map.of()),
                "{\"id\":\"x\",\"sort\":\"%s\"}".formatted(long64).getBytes(UTF_8));
        assertThat(problem.errors())
                .containsExactly(
                        new FieldError("/id", "expected a number; found the string \"x\""),
                        new FieldError("/sort", "expected 1 to 1,024 bytes, as it is the sort key; found 1,025"));
    }

    @Test
    void itemLargerThanDynamoDbTakesIsRefused() {
        String json = "{\"email\":\"e\",\"x\":\"%s\"}".formatted("é".repeat(204_797));
        assertThat(refusal(json))
                .isEqualTo(Problem.of(
                        Kind.ITEM_TOO_LARGE, "Expected an item of at most 409,600 bytes; found at least 409,601."));
    }

    @Test
    void thirtyTwoLevelsAreTakenAndThirtyThreeAreNot() throws RefusedException {
        assertThat(read("{\"email\":\"e\",\"x\":%s%s}".formatted("[".repeat(31), "]".repeat(31))))
                .containsKey("x");
        Problem problem = refusal("{\"email\":\"e\",\"x\":%s%s}".formatted("[".repeat(32), "]".repeat(32)));
        assertThat(problem.errors())
                .containsExactly(new FieldError(
                        "/x" + "/0".repeat(31),
                        "expected at most 32 objects and arrays inside each other, the document included"));
    }

    @Test
    void documentOfBracketsOnlyDoesNotExhaustTheStack() {
        assertThat(refusal("{\"email\":\"e\",\"x\":" + "[".repeat(500_000)).kind())
                .isEqualTo(Kind.MALFORMED_JSON);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"email":"e",}       | Line 1, column 14: Unexpected character ('}' (code 125)): was expecting double-quote to start field name
                    {"email":"e"         | Line 1, column 13: Unexpected end-of-input: expected close marker for Object (start marker at line: 1, column: 1)
                    {"email":"e"} x      | Line 1, column 15: Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
                    {"email":"e"} {}     | Line 1, column 15: expected nothing after the object.
                    {"email":"e","x":01} | Line 1, column 19: Invalid numeric value: Leading zeroes not allowed
                    {"email":NaN}        | Line 1, column 13: Non-standard token 'NaN': JSON has no such value
                    """)
    void malformedJsonIsLocated(String json, String detail) {
        Problem problem = refusal(json);
        assertThat(problem.kind()).isEqualTo(Kind.MALFORMED_JSON);
        assertThat(problem.detail()).isEqualTo(detail);
    }

    @Test
    void bytesThatAreNoUtf8AreMalformed() {
        byte[] latin1 = "{\"email\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(refusal(reader(EMAIL, Map.of(), Map.of()), latin1).kind()).isEqualTo(Kind.MALFORMED_JSON);
    }

    @Test
    void anotherValueThanAnObjectIsNamed() {
        assertThat(Arrays.asList(refusal("[{}]"), refusal("7"), refusal("null")))
                .extracting(Problem::kind, Problem::detail)
                .containsExactly(
                        tuple(Kind.NOT_AN_OBJECT, "Expected one JSON object; found an array."),
                        tuple(Kind.NOT_AN_OBJECT, "Expected one JSON object; found a number."),
                        tuple(Kind.NOT_AN_OBJECT, "Expected one JSON object; found null."));
    }

    @Test
    void defaultsFillOnlyWhatIsAbsent() throws RefusedException {
        var reader = reader(
                EMAIL,
                Map.of("n", AttributeType.N, "s", AttributeType.S, "ss", AttributeType.SS, "b", AttributeType.B),
                Map.of(
                        "n",
                        "01.50",
                        "s",
                        "true",
                        "ss",
                        "[\"a\"]",
                        "b",
                        "AQ==",
                        "u1",
                        "true",
                        "u2",
                        "{\"x\":1}",
                        "u3",
                        "free text",
                        "u4",
                        "\"7\""));
        assertThat(reader.read("{\"email\":\"e\",\"u1\":null,\"n\":2}".getBytes(UTF_8), Map.of()))
                .isEqualTo(Map.of(
                        "email", AttributeValue.fromS("e"),
                        "n", AttributeValue.fromN("2"),
                        "s", AttributeValue.fromS("true"),
                        "ss", AttributeValue.fromSs(List.of("a")),
                        "b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {1})),
                        "u1", AttributeValue.fromNul(true),
                        "u2", AttributeValue.fromM(Map.of("x", AttributeValue.fromN("1"))),
                        "u3", AttributeValue.fromS("free text"),
                        "u4", AttributeValue.fromS("7")));
    }

    @Test
    void settingsThatContradictAreAllNamed() {
        assertThatThrownBy(() -> reader(
                        EMAIL,
                        Map.of("email", AttributeType.N, "n", AttributeType.N, "ok", AttributeType.BOOL),
                        Map.of("n", "many", "ok", "yes")))
                .isInstanceOf(InvalidResourceException.class)
                .hasMessage(String.join(
                        System.lineSeparator(),
                        "write.users.type.email = N, but the key of table users has it as S. Remove the setting: key types are known.",
                        "write.users.defaults.n = many: expected a number; found the string \"many\".",
                        "write.users.defaults.ok = yes: expected JSON for type BOOL."));
    }

    @Test
    void attributesThatAreKeysOfIndexesHaveTheirTypes() throws RefusedException {
        QueryKey byScore = new QueryKey(
                Optional.of("by-score"),
                true,
                List.of(new KeyAttribute("game", AttributeType.S)),
                List.of(new KeyAttribute("score", AttributeType.N)),
                Optional.empty());
        GivenWrites settings = new GivenWrites("/", "users", Map.of("game", AttributeType.N), Map.of())
                .making(Map.of(), Map.of("score", made(GeneratedValue.Kind.NOW_ISO, Duration.ZERO)));
        assertThatThrownBy(() -> ItemSchema.of("users", "users", settings.document(), EMAIL, List.of(byScore)))
                .isInstanceOf(InvalidResourceException.class)
                .hasMessage(
                        String.join(
                                System.lineSeparator(),
                                "write.users.type.game = N, but an index of table users has it as S. Remove the setting: key types are known.",
                                "write.users.refreshed.score makes a value of type S, but an index of table users has it as N. Use now for N, and uuid or now-iso for S."));

        ItemReader reader = new ItemReader(
                ItemSchema.of("users", "users", GivenWrites.ofUsers("users").document(), EMAIL, List.of(byScore)),
                new ServerValues(Map.of(), Map.of(), CLOCK));
        byte[] document = "{\"email\":\"e\",\"game\":7,\"score\":\"high\"}".getBytes(UTF_8);
        assertThat(refusal(reader, document).errors())
                .extracting(FieldError::pointer)
                .containsExactly("/game", "/score");
    }

    private static Map<String, AttributeValue> read(GivenWrites settings, String json) throws RefusedException {
        return reader(EMAIL, settings).read(json.getBytes(UTF_8), Map.of());
    }

    private static GeneratedValue made(GeneratedValue.Kind kind, Duration offset) {
        return new GeneratedValue(kind, offset);
    }

    private static final GivenWrites MADE = new GivenWrites("/", "users", Map.of(), Map.of())
            .making(
                    Map.of(
                            "token", made(GeneratedValue.Kind.UUID, Duration.ZERO),
                            "created", made(GeneratedValue.Kind.NOW_ISO, Duration.ZERO)),
                    Map.of(
                            "expires", made(GeneratedValue.Kind.NOW, Duration.ofMinutes(30)),
                            "updated", made(GeneratedValue.Kind.NOW, Duration.ZERO)));

    @Test
    void generatedValuesFillWhatIsAbsentAndRefreshedOnesReplaceWhatIsThere() throws RefusedException {
        var item = read(MADE, "{\"email\":\"e\",\"expires\":1}");
        assertThat(item)
                .containsEntry("created", AttributeValue.fromS("2026-01-31T12:00:00.500Z"))
                .containsEntry("updated", AttributeValue.fromN("1769860800"))
                .containsEntry("expires", AttributeValue.fromN("1769862600"));
        assertThat(item.get("token").s()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(read(MADE, "{\"email\":\"e\"}").get("token")).isNotEqualTo(item.get("token"));

        var given = read(MADE, "{\"email\":\"e\",\"token\":\"mine\",\"created\":null}");
        assertThat(given)
                .containsEntry("token", AttributeValue.fromS("mine"))
                .containsEntry("created", AttributeValue.fromNul(true));
    }

    @Test
    void patchRefreshesAndGeneratesNothing() throws RefusedException {
        var key = Map.of("email", AttributeValue.fromS("e"));
        assertThat(reader(EMAIL, MADE).readPatch("{\"n\":1,\"updated\":null,\"x\":null}".getBytes(UTF_8), key))
                .isEqualTo(Map.of(
                        "n", AttributeValue.fromN("1"),
                        "x", AttributeValue.fromNul(true),
                        "updated", AttributeValue.fromN("1769860800"),
                        "expires", AttributeValue.fromN("1769862600")));
    }

    @Test
    void nullInAPatchRemovesWhateverTheTypeOfTheAttribute() throws RefusedException {
        var key = Map.of("email", AttributeValue.fromS("e"));
        var patch = reader(EMAIL, ALL_TYPES, Map.of())
                .readPatch("{\"n\":null,\"ss\":null,\"m\":{\"x\":null}}".getBytes(UTF_8), key);
        assertThat(patch)
                .isEqualTo(Map.of(
                        "n", AttributeValue.fromNul(true),
                        "ss", AttributeValue.fromNul(true),
                        "m", AttributeValue.fromM(Map.of("x", AttributeValue.fromNul(true)))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"_tributary", "_tributary_expires"})
    void reservedNamesAreRefusedWhereverTheyCouldComeIn(String name) {
        var reader = reader(EMAIL, Map.of(), Map.of());
        var key = Map.of("email", AttributeValue.fromS("e"));
        for (String value : List.of("{\"o\":\"x\",\"v\":\"9\"}", "1", "null", "\"x\"")) {
            byte[] document =
                    "{\"email\":\"e\",\"%s\":%s}".formatted(name, value).getBytes(UTF_8);
            for (RefusedException refused : List.of(
                    catchThrowableOfType(RefusedException.class, () -> reader.read(document, Map.of())),
                    catchThrowableOfType(RefusedException.class, () -> reader.read(document, key)),
                    catchThrowableOfType(RefusedException.class, () -> reader.readPatch(document, key)))) {
                assertThat(refused.problem().kind()).isEqualTo(Kind.INVALID_ITEM);
                assertThat(refused.problem().errors())
                        .extracting(FieldError::pointer)
                        .containsExactly("/" + name);
            }
        }
        var made = made(GeneratedValue.Kind.UUID, Duration.ZERO);
        for (GivenWrites settings : List.of(
                new GivenWrites("/", "users", Map.of(name, AttributeType.S), Map.of()),
                new GivenWrites("/", "users", Map.of(), Map.of(name, "1")),
                new GivenWrites("/", "users", Map.of(), Map.of()).making(Map.of(name, made), Map.of()),
                new GivenWrites("/", "users", Map.of(), Map.of()).making(Map.of(), Map.of(name, made)),
                new GivenWrites("/", "users", Map.of(), Map.of()).requiring(name),
                new GivenWrites("/", "users", Map.of(), Map.of()).allowing(name),
                new GivenWrites("/", "users", Map.of(), Map.of()).versioned(name, PreconditionPolicy.OPTIONAL))) {
            assertThatThrownBy(() -> reader(EMAIL, settings))
                    .isInstanceOf(InvalidResourceException.class)
                    .hasMessageContaining(name + ", which is reserved");
        }
    }

    @Test
    void generatedKeyNeedNotBeGiven() throws RefusedException {
        var settings = new GivenWrites("/", "users", Map.of(), Map.of())
                .making(Map.of("email", made(GeneratedValue.Kind.UUID, Duration.ZERO)), Map.of());
        assertThat(read(settings, "{}").get("email").s()).hasSize(36);
    }

    @Test
    void valueThatIsRefusedIsNotMadeUpFor() {
        var settings = new GivenWrites("/", "users", Map.of("token", AttributeType.S), Map.of())
                .making(Map.of("token", made(GeneratedValue.Kind.UUID, Duration.ZERO)), Map.of())
                .requiring("token");
        Problem problem = refusal(reader(EMAIL, settings), "{\"email\":\"e\",\"token\":7}".getBytes(UTF_8));
        assertThat(problem.errors()).containsExactly(new FieldError("/token", "expected a string; found the number 7"));
    }

    @Test
    void requiredAttributesMayComeFromTheRoute() throws RefusedException {
        var settings = new GivenWrites("/", "users", Map.of(), Map.of("active", "true"))
                .making(Map.of("token", made(GeneratedValue.Kind.UUID, Duration.ZERO)), Map.of())
                .requiring("active", "token");
        assertThat(read(settings, "{\"email\":\"e\"}")).containsKeys("active", "token");
    }

    @Test
    void onlyAllowedAttributesTheKeyAndTheVersionMayBeNamed() throws RefusedException {
        var settings = new GivenWrites("/", "users", Map.of(), Map.of("active", "true"))
                .allowing("name")
                .versioned("v", PreconditionPolicy.OPTIONAL);
        assertThat(read(settings, "{\"email\":\"e\",\"name\":\"n\",\"v\":7}"))
                .isEqualTo(Map.of(
                        "email", AttributeValue.fromS("e"),
                        "name", AttributeValue.fromS("n"),
                        "active", AttributeValue.fromBool(true)));
        assertThat(refusal(reader(EMAIL, settings), "{\"email\":\"e\",\"active\":false,\"x\":1}".getBytes(UTF_8))
                        .errors())
                .extracting(FieldError::pointer)
                .containsExactly("/active", "/x");
    }

    @Test
    void settingsThatWouldChangeTheKeyAreRefused() {
        var settings = new GivenWrites("/", "users", Map.of(), Map.of())
                .making(
                        Map.of("email", made(GeneratedValue.Kind.NOW, Duration.ZERO)),
                        Map.of("email", made(GeneratedValue.Kind.NOW_ISO, Duration.ZERO)))
                .versioned("email", PreconditionPolicy.OPTIONAL);
        assertThatThrownBy(() -> reader(EMAIL, settings))
                .isInstanceOf(InvalidResourceException.class)
                .hasMessage(String.join(
                        System.lineSeparator(),
                        "write.users.generated.email makes a value of type N, but the key of table users has it as S. Use now for N, and uuid or now-iso for S.",
                        "write.users.refreshed.email would change the key of an item at every write. Use write.users.generated.email.",
                        "write.users.version = email is a key attribute of table users. Name another attribute."));
    }
}
