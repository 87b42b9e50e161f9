package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.document.UriKey;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.server.Query;
import dev.tributary.items.query.FieldSelection;
import dev.tributary.items.query.ItemQuery;
import dev.tributary.items.query.SortCondition;
import dev.tributary.items.query.SortCondition.Operator;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import dev.tributary.model.TableLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads the parameters of a query: key attributes, conditions on them, and options. A parameter with the name of a key
 * attribute is that attribute; an option of the same name cannot be used then.
 */
public final class QueryParameters {

    public static final String INDEX = "index";
    public static final String LIMIT = "limit";
    public static final String ORDER = "order";
    public static final String CURSOR = "cursor";
    public static final String FIELDS = "fields";
    public static final String CONSISTENT = "consistent";

    /** The parameters of reads by key. */
    static final String OF_ITEMS = FIELDS + ", " + CONSISTENT;

    private final Query parameters;
    private final TableLayout layout;

    QueryParameters(Query parameters, TableLayout layout) {
        this.parameters = parameters;
        this.layout = layout;
    }

    /** Whether the parameters name one item: all attributes of the table's key, and no index. */
    boolean nameItem() {
        return layout.key().attributes().stream().allMatch(attribute -> parameters.has(attribute.name()))
                && (isKey(INDEX, QueryKey.of(layout.key())) || !parameters.has(INDEX));
    }

    /** Takes the query; the cursor is still to be taken. */
    ItemQuery query() throws RefusedException {
        QueryKey key = key();
        Map<String, AttributeValue> equal = equal(key);
        Optional<SortCondition> condition = key.sort().stream()
                .filter(attribute -> !equal.containsKey(attribute.name()))
                .findFirst()
                .map(this::conditions)
                .filter(conditions -> !conditions.isEmpty())
                .map(QueryParameters::only);
        boolean consistent = !isKey(CONSISTENT, key) && parameters.takeFlag(CONSISTENT);
        if (consistent && key.global()) {
            throw Query.bad(
                    "Expected no consistent=true with index=%s: it is a global index, which DynamoDB reads with eventual consistency only. Query without an index, or without consistent=true."
                            .formatted(key.index().orElseThrow()));
        }
        return new ItemQuery(
                key,
                equal,
                condition,
                isKey(ORDER, key) || isAscending(),
                isKey(LIMIT, key)
                        ? ItemQuery.USUAL_LIMIT
                        : parameters.takeCount(LIMIT, 1, ItemQuery.MAX_LIMIT, ItemQuery.USUAL_LIMIT),
                consistent,
                isKey(FIELDS, key) ? FieldSelection.ALL : fields(key));
    }

    /** Takes the place in the result at which the page begins. */
    Optional<String> cursor(ItemQuery query) {
        return takesCursor(query) ? parameters.takeIfPresent(CURSOR) : Optional.empty();
    }

    /** Whether the next page can be asked for: {@code cursor} is no attribute of the key. */
    boolean takesCursor(ItemQuery query) {
        return !isKey(CURSOR, query.key());
    }

    /** The parameters of queries by a key, for problem details. */
    String described(QueryKey key) {
        Stream<String> conditions = key.sort().stream().flatMap(attribute -> Arrays.stream(Operator.values())
                .filter(operator -> isFor(operator, attribute))
                .map(operator -> parameter(attribute, operator)));
        Stream<String> options = Stream.of(INDEX, ORDER, LIMIT, CURSOR, FIELDS, CONSISTENT)
                .filter(option -> !option.equals(INDEX) || !layout.indexes().isEmpty());
        return Stream.of(key.attributes().stream().map(KeyAttribute::name), conditions, options)
                .flatMap(names -> names)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static boolean isFor(Operator operator, KeyAttribute attribute) {
        return operator != Operator.BEGINS_WITH || attribute.type() != AttributeType.N;
    }

    private static String parameter(KeyAttribute attribute, Operator operator) {
        return attribute.name() + "." + operator.written();
    }

    /** Takes the attributes that are asked for. */
    static FieldSelection fields(Query parameters) {
        Optional<String> text = parameters.takeIfPresent(FIELDS);
        if (text.isEmpty()) {
            return FieldSelection.ALL;
        }
        List<String> names = Arrays.asList(text.get().split(",", -1));
        if (names.contains("") || names.size() > FieldSelection.MOST) {
            throw Query.bad("Expected fields=NAME,NAME in the query, with 1 to %d names of attributes; found fields=%s."
                    .formatted(FieldSelection.MOST, text.get()));
        }
        return new FieldSelection(Optional.of(new LinkedHashSet<>(names)));
    }

    private FieldSelection fields(QueryKey key) {
        FieldSelection fields = fields(parameters);
        String absent = fields.names().orElse(Set.of()).stream()
                .filter(name -> !key.has(name))
                .sorted()
                .collect(Collectors.joining(", "));
        if (!absent.isEmpty()) {
            throw Query.bad("Index %s does not have %s. Leave that out of fields, or query without the index."
                    .formatted(key.index().orElseThrow(), absent));
        }
        return fields;
    }

    private QueryKey key() {
        QueryKey table = QueryKey.of(layout.key());
        if (isKey(INDEX, table)) {
            return table;
        }
        Optional<String> name = parameters.takeIfPresent(INDEX);
        if (name.isEmpty()) {
            return table;
        }
        QueryKey index = layout.indexes().get(name.get());
        if (index == null) {
            throw Query.bad("There is no index %s. %s"
                    .formatted(
                            name.get(),
                            layout.indexes().isEmpty()
                                    ? "The table of this path has no index."
                                    : "There are: "
                                            + String.join(
                                                    ", ", layout.sortedIndexes().keySet()) + "."));
        }
        layout.ttl().filter(attribute -> !index.has(attribute)).ifPresent(attribute -> {
            throw Query.bad(
                    "Index %s does not have %s, which shows what has expired. It can be queried once that is projected."
                            .formatted(name.get(), attribute));
        });
        return index;
    }

    /** The partition key, and as many attributes of the sort key as have a value, without a gap. */
    private Map<String, AttributeValue> equal(QueryKey key) throws RefusedException {
        Map<String, String> texts = new HashMap<>();
        for (KeyAttribute attribute : key.partition()) {
            texts.put(
                    attribute.name(),
                    parameters
                            .takeIfPresent(attribute.name())
                            .orElseThrow(() -> Query.bad("Expected %s in the query: it is the partition key%s."
                                    .formatted(
                                            attribute.name(),
                                            key.index()
                                                    .map(index -> " of index " + index)
                                                    .orElse("")))));
        }
        List<KeyAttribute> sort = new ArrayList<>();
        for (KeyAttribute attribute : key.sort()) {
            Optional<String> text = parameters.takeIfPresent(attribute.name());
            if (text.isEmpty()) {
                break;
            }
            texts.put(attribute.name(), text.get());
            sort.add(attribute);
        }
        return UriKey.read(key.partition(), sort, texts);
    }

    private List<SortCondition> conditions(KeyAttribute attribute) {
        Map<Operator, SortCondition> found = new HashMap<>();
        Map<Operator, String> texts = new HashMap<>();
        for (Operator operator : Operator.values()) {
            parameters.takeIfPresent(parameter(attribute, operator)).ifPresent(text -> {
                found.put(operator, condition(attribute, operator, text));
                texts.put(operator, parameter(attribute, operator) + "=" + text);
            });
        }
        SortCondition least = found.get(Operator.GTE);
        SortCondition most = found.get(Operator.LTE);
        if (found.size() == 2 && least != null && most != null) {
            return List.of(between(
                    attribute,
                    least.operands().get(0),
                    most.operands().get(0),
                    texts.get(Operator.GTE) + " and " + texts.get(Operator.LTE)));
        }
        return List.copyOf(found.values());
    }

    private static SortCondition condition(KeyAttribute attribute, Operator operator, String text) {
        if (!isFor(operator, attribute)) {
            throw Query.bad(
                    "Expected no %s.begins-with in the query: it is a number. Compare it with gt, gte, lt, lte or between."
                            .formatted(attribute.name()));
        }
        if (operator != Operator.BETWEEN) {
            return new SortCondition(attribute, operator, List.of(operand(attribute, text)));
        }
        String[] bounds = text.split(",", -1);
        if (bounds.length != 2) {
            throw Query.bad(
                    "Expected %s.between=LEAST,GREATEST in the query, with one comma; found %s.between=%s. For values with commas, use %s.gte and %s.lte."
                            .formatted(attribute.name(), attribute.name(), text, attribute.name(), attribute.name()));
        }
        return between(
                attribute,
                operand(attribute, bounds[0]),
                operand(attribute, bounds[1]),
                parameter(attribute, operator) + "=" + text);
    }

    /** @param found the bounds as the query has them */
    private static SortCondition between(
            KeyAttribute attribute, AttributeValue least, AttributeValue greatest, String found) {
        SortCondition condition = new SortCondition(attribute, Operator.BETWEEN, List.of(least, greatest));
        if (condition.isEmpty()) {
            throw Query.bad("Expected two bounds of %s in the query, the smaller one first; found %s."
                    .formatted(attribute.name(), found));
        }
        return condition;
    }

    private static AttributeValue operand(KeyAttribute attribute, String text) {
        try {
            return UriKey.readOperand(attribute, text);
        } catch (RefusedException e) {
            throw new ProblemException(ProblemDocument.of(e.problem()));
        }
    }

    private static SortCondition only(List<SortCondition> conditions) {
        if (conditions.size() > 1) {
            throw Query.bad(
                    "Expected one condition on %s in the query, or gte together with lte: DynamoDB takes no more."
                            .formatted(conditions.get(0).attribute().name()));
        }
        return conditions.get(0);
    }

    private boolean isAscending() {
        String order = parameters.takeIfPresent(ORDER).orElse("asc");
        if (!order.equals("asc") && !order.equals("desc")) {
            throw Query.bad("Expected order=asc or order=desc in the query; found order=%s.".formatted(order));
        }
        return order.equals("asc");
    }

    /** Whether a parameter of this name is a key attribute, and not the option. */
    private boolean isKey(String name, QueryKey key) {
        return key.attributes().stream().anyMatch(attribute -> attribute.name().equals(name));
    }
}
