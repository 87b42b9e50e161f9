package dev.tributary.cdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.assertions.Annotations;
import software.amazon.awscdk.assertions.Template;

/** The template of a stack, made once for a test class. */
final class SynthesizedStack {

    private static final JsonMapper JSON = new JsonMapper();

    private final JsonNode template;
    private final Annotations annotations;

    private SynthesizedStack(JsonNode template, Annotations annotations) {
        this.template = template;
        this.annotations = annotations;
    }

    /**
     * Synthesizes the stack.
     *
     * @param output directory for the cloud assembly
     * @param context the options, as after {@code cdk deploy -c}
     */
    static SynthesizedStack of(Path output, Map<String, ?> context) throws Exception {
        return of(output, context, Map.of());
    }

    /** @param environment the variables of {@code cdk} */
    static SynthesizedStack of(Path output, Map<String, ?> context, Map<String, String> environment) throws Exception {
        App app = new App(AppProps.builder()
                .outdir(output.toString())
                .context(context)
                .analyticsReporting(false)
                .build());
        TributaryStack stack =
                TributaryStack.of(app, Path.of("").toAbsolutePath(), DeployOptions.of(app.getNode()), environment);
        return new SynthesizedStack(
                JSON.valueToTree(Template.fromStack(stack).toJSON()), Annotations.fromStack(stack));
    }

    /** The resources of a type. */
    List<JsonNode> resources(String type) {
        return StreamSupport.stream(template.required("Resources").spliterator(), false)
                .filter(resource -> resource.required("Type").asText().equals(type))
                .toList();
    }

    List<JsonNode> properties(String type) {
        return resources(type).stream()
                .map(resource -> resource.path("Properties"))
                .toList();
    }

    /** The subnets of the daemons. */
    List<String> subnets() {
        return texts(
                properties("AWS::ECS::Service").get(0).at("/NetworkConfiguration/AwsvpcConfiguration/Subnets"));
    }

    /** The tables, by name. */
    SortedMap<String, JsonNode> tables() {
        SortedMap<String, JsonNode> tables = new TreeMap<>();
        resources("AWS::DynamoDB::Table")
                .forEach(table ->
                        tables.put(table.at("/Properties/TableName").asText(), table));
        return tables;
    }

    JsonNode container() {
        return properties("AWS::ECS::TaskDefinition").get(0).at("/ContainerDefinitions/0");
    }

    /** The environment of the container; values that are known at the deployment only are left out. */
    Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        container().required("Environment").forEach(variable -> {
            if (variable.required("Value").isTextual()) {
                environment.put(
                        variable.required("Name").asText(),
                        variable.required("Value").asText());
            }
        });
        return environment;
    }

    /**
     * The actions that the policy of a role allows on tables.
     *
     * @param role id of its construct
     * @return by the part of the ARN behind {@code table/}
     */
    SortedMap<String, SortedSet<String>> allowed(String role) {
        SortedMap<String, SortedSet<String>> allowed = new TreeMap<>();
        for (JsonNode policy : properties("AWS::IAM::Policy")) {
            if (policy.required("PolicyName").asText().startsWith(role)) {
                policy.at("/PolicyDocument/Statement").forEach(statement -> {
                    String arn = statement.required("Resource").toString();
                    String resource = arn.substring(arn.indexOf(":table/") + ":table/".length())
                            .replaceAll("[\"\\]}]+$", "");
                    SortedSet<String> actions = allowed.computeIfAbsent(resource, absent -> new TreeSet<>());
                    texts(statement.required("Action"))
                            .forEach(action -> actions.add(action.substring("dynamodb:".length())));
                });
            }
        }
        return allowed;
    }

    List<String> texts(JsonNode oneOrMore) {
        if (oneOrMore.isTextual()) {
            return List.of(oneOrMore.asText());
        }
        List<String> texts = new ArrayList<>();
        oneOrMore.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** The warnings and errors that {@code cdk} prints. */
    Annotations annotations() {
        return annotations;
    }

    JsonNode outputs() {
        return template.required("Outputs");
    }

    JsonNode json() {
        return template;
    }
}
