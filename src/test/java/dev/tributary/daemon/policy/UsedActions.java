package dev.tributary.daemon.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tributary.DynamoDbFront;
import dev.tributary.stream.lease.LeaseTable;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The actions of IAM that recorded calls need, by table, index or stream. */
final class UsedActions {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern STATEMENT =
            Pattern.compile("(INSERT|UPDATE|DELETE|SELECT)[^\"]* \"([^\"]+)\".*", Pattern.DOTALL);
    private static final Pattern STREAM = Pattern.compile("table/([A-Za-z0-9_.-]+)");

    private final SortedMap<String, SortedSet<String>> used = new TreeMap<>();

    private UsedActions() {}

    static SortedMap<String, SortedSet<String>> of(Iterable<DynamoDbFront.Call> calls) {
        UsedActions actions = new UsedActions();
        calls.forEach(actions::add);
        return actions.used;
    }

    private void add(DynamoDbFront.Call call) {
        JsonNode body = body(call);
        switch (call.operation()) {
            case "DescribeStream", "GetShardIterator", "GetRecords" -> add(stream(call), call.operation());
            case "BatchGetItem", "BatchWriteItem" ->
                body.required("RequestItems").fieldNames().forEachRemaining(table -> add(table, call.operation()));
            case "TransactWriteItems" ->
                body.required("TransactItems").forEach(action -> action.properties()
                        .forEach(write ->
                                add(write.getValue().required("TableName").asText(), transactional(write.getKey()))));
            case "BatchExecuteStatement" ->
                body.required("Statements")
                        .forEach(statement ->
                                statement(statement.required("Statement").asText()));
            case "ExecuteStatement" -> statement(body.required("Statement").asText());
            default -> {
                String table = body.required("TableName").asText();
                JsonNode index = body.path("IndexName");
                add(index.isTextual() ? table + "/index/" + index(index.asText()) : table, call.operation());
            }
        }
    }

    /** Indexes of tables that are not the daemon's are not in the configuration. */
    private static String index(String name) {
        return name.equals(LeaseTable.INDEX) ? name : "*";
    }

    private static String transactional(String action) {
        return action.equals("ConditionCheck") ? "ConditionCheckItem" : action + "Item";
    }

    private void statement(String text) {
        Matcher statement = STATEMENT.matcher(text);
        if (!statement.matches()) {
            throw new AssertionError("an unknown statement: " + text);
        }
        String kind = statement.group(1);
        add(statement.group(2), "PartiQL" + kind.charAt(0) + kind.substring(1).toLowerCase(Locale.ROOT));
    }

    /** An iterator of DynamoDB Local has the ARN of its stream in it. */
    private static String stream(DynamoDbFront.Call call) {
        Matcher table = STREAM.matcher(call.body());
        if (!table.find()) {
            throw new AssertionError(call);
        }
        return table.group(1) + "/stream/*";
    }

    private void add(String resource, String action) {
        used.computeIfAbsent(resource, absent -> new TreeSet<>()).add(action);
    }

    private static JsonNode body(DynamoDbFront.Call call) {
        try {
            return JSON.readTree(call.body());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
