package dev.tributary.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.openapiparser.OpenApiParser;
import io.openapiparser.OpenApiResult;
import io.openapiprocessor.jsonschema.reader.UriReader;
import io.openapiprocessor.jsonschema.schema.DocumentLoader;
import io.openapiprocessor.jsonschema.schema.DocumentStore;
import io.openapiprocessor.jsonschema.schema.JsonInstance;
import io.openapiprocessor.jsonschema.schema.JsonSchema;
import io.openapiprocessor.jsonschema.schema.SchemaStore;
import io.openapiprocessor.jsonschema.validator.Validator;
import io.openapiprocessor.jsonschema.validator.steps.ValidationStep;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Validates documents against the schemas of OpenAPI and JSON Schema, and values against those in a document. */
final class JsonSchemas {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    /** Reads numbers with all digits. */
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private static final YAMLMapper YAML = new YAMLMapper();

    private JsonSchemas() {}

    /** The errors of an OpenAPI 3.1 document and of each schema in it. */
    static List<String> errorsOf(JsonNode document) {
        OpenApiResult parsed = new OpenApiParser(new DocumentStore(), loader())
                .parse(URI.create("https://tributary.test/openapi.json"), object(document));
        List<String> errors = new ArrayList<>();
        if (!parsed.validate(new Validator(), store())) {
            parsed.getValidationErrors()
                    .forEach(error -> errors.add(error.getInstanceLocation() + " " + error.getText()));
        }
        SchemaStore store = store();
        JsonSchema dialect = store.getSchema(URI.create(DIALECT));
        document.findValues("schema").forEach(schema -> errors.addAll(errorsOf(schema, dialect)));
        document.at("/components/schemas").forEach(schema -> errors.addAll(errorsOf(schema, dialect)));
        return errors;
    }

    /** A schema whose references are to parts of a document. */
    static JsonSchema schema(JsonNode schema, JsonNode document) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("$schema", DIALECT);
        whole.put("allOf", List.of(object(schema)));
        whole.put("components", Map.of("schemas", object(document.at("/components/schemas"))));
        SchemaStore store = store();
        return store.getSchema(store.register(whole));
    }

    /** The errors of a value. */
    static List<String> errorsOf(JsonNode value, JsonSchema schema) {
        List<String> errors = new ArrayList<>();
        collect(new Validator().validate(schema, new JsonInstance(object(value))), errors);
        return errors;
    }

    /** The JSON of a text, with all digits. */
    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static void collect(ValidationStep step, List<String> errors) {
        if (step.isValid()) {
            return;
        }
        if (step.getSteps().isEmpty()) {
            errors.add("%s %s".formatted(step.getInstanceLocation(), step.getKeywordLocation()));
        }
        step.getSteps().forEach(inner -> collect(inner, errors));
    }

    private static Object object(JsonNode node) {
        return JSON.convertValue(node, Object.class);
    }

    private static SchemaStore store() {
        SchemaStore store = new SchemaStore(loader());
        store.registerDraft202012();
        return store;
    }

    private static DocumentLoader loader() {
        return new DocumentLoader(new UriReader(), JsonSchemas::convert);
    }

    private static Object convert(String text) {
        try {
            return YAML.readValue(text, Object.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
