package dev.tributary.http.openapi;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.http.items.QueryParameters;
import dev.tributary.items.Resource;
import dev.tributary.items.query.ItemQuery;
import dev.tributary.items.query.SortCondition.Operator;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import dev.tributary.model.TableLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The parameters of queries of a resource: key attributes, conditions on them, and options. */
final class QueryParameterList {

    private final TableLayout layout;

    /** By name: those of key attributes come first, and hide options of the same name. */
    private final Map<String, ObjectNode> parameters = new LinkedHashMap<>();

    QueryParameterList(Resource resource) {
        this.layout = resource.place().layout();
        keys().flatMap(key -> key.attributes().stream()).forEach(this::addAttribute);
        keys().flatMap(key -> key.sort().stream()).forEach(this::addConditions);
        addOptions();
    }

    void addTo(ArrayNode list) {
        parameters.values().forEach(list::add);
    }

    private Stream<QueryKey> keys() {
        return Stream.concat(Stream.of(QueryKey.of(layout.key())), layout.sortedIndexes().values().stream());
    }

    private void addAttribute(KeyAttribute attribute) {
        add(
                attribute.name(),
                "A key attribute of the table or of an index. All of the table's key name one item.",
                ValueSchemas.ofKeyInUri(attribute));
        boolean always = keys().allMatch(key -> key.partition().contains(attribute));
        if (always) {
            requireNonNull(parameters.get(attribute.name())).put("required", true);
        }
    }

    private void addConditions(KeyAttribute attribute) {
        for (Operator operator : Operator.values()) {
            String name = attribute.name() + "." + operator.written();
            switch (operator) {
                case BETWEEN -> add(name, "The least and the greatest value, with a comma between them.", text());
                case BEGINS_WITH -> {
                    if (attribute.type() != AttributeType.N) {
                        add(name, "What the sort key begins with.", ValueSchemas.ofKeyInUri(attribute));
                    }
                }
                default -> add(name, "A bound of the sort key.", ValueSchemas.ofKeyInUri(attribute));
            }
        }
    }

    private void addOptions() {
        if (!layout.indexes().isEmpty()) {
            ObjectNode names = text();
            ArrayNode listed = names.putArray("enum");
            layout.sortedIndexes().keySet().forEach(listed::add);
            add(QueryParameters.INDEX, "The index whose key the query names.", names);
        }
        add(
                QueryParameters.LIMIT,
                "Most items of the page.",
                object().put("type", "integer")
                        .put("minimum", 1)
                        .put("maximum", ItemQuery.MAX_LIMIT)
                        .put("default", ItemQuery.USUAL_LIMIT));
        ObjectNode order = text().put("default", "asc");
        order.putArray("enum").add("asc").add("desc");
        add(QueryParameters.ORDER, "The order by the sort key.", order);
        add(QueryParameters.CURSOR, "Where the page begins: the cursor of the page before.", text());
        Stream.of(consistent(), fields())
                .forEach(option -> parameters.putIfAbsent(option.get("name").asText(), option));
    }

    private void add(String name, String description, ObjectNode schema) {
        parameters.putIfAbsent(name, RequestParameters.parameter(name, "query", description, schema));
    }

    static ObjectNode consistent() {
        return RequestParameters.parameter(
                QueryParameters.CONSISTENT,
                "query",
                "Whether to see every write that was answered before. Not with a global index.",
                object().put("type", "boolean").put("default", false));
    }

    static ObjectNode fields() {
        ObjectNode names = object().put("type", "array");
        names.set("items", text());
        ObjectNode parameter = RequestParameters.parameter(
                QueryParameters.FIELDS,
                "query",
                "The attributes to return besides those of the key; without it, all.",
                names);
        return parameter.put("style", "form").put("explode", false);
    }

    private static ObjectNode text() {
        return object().put("type", "string");
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
