package dev.tributary.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementError;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementErrorCodeEnum;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementResponse;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * In-memory tables whose writes behave as DynamoDB's: they evaluate the condition of the request, and a transaction is all
 * or nothing. Not thread-safe.
 */
final class FakeTables {

    private static final int TRANSACTION_LIMIT = 100;

    private final Map<String, Table> tables = new HashMap<>();
    private int executed;
    private RowListener listener = (table, key, before, after) -> {};

    /** Receives each row that changes; empty means no row. */
    interface RowListener {
        void changed(
                String table,
                Map<String, AttributeValue> key,
                Map<String, AttributeValue> before,
                Map<String, AttributeValue> after);
    }

    private record Table(Set<String> key, Map<Map<String, AttributeValue>, Map<String, AttributeValue>> rows) {}

    /** The effect of an action: the row under {@code key} becomes {@code after} if the condition holds. */
    private record Action(
            String table,
            Map<String, AttributeValue> key,
            Map<String, AttributeValue> before,
            Map<String, AttributeValue> after,
            boolean allowed) {}

    void create(String name, String... keyAttributes) {
        tables.put(name, new Table(new LinkedHashSet<>(List.of(keyAttributes)), new HashMap<>()));
    }

    /** As in DescribeTable, with the partition key first; every key attribute is a text. */
    TableDescription describe(String name) {
        List<String> names = List.copyOf(table(name).key());
        return TableDescription.builder()
                .tableName(name)
                .keySchema(names.stream()
                        .map(each -> KeySchemaElement.builder()
                                .attributeName(each)
                                .keyType(names.indexOf(each) == 0 ? KeyType.HASH : KeyType.RANGE)
                                .build())
                        .toList())
                .attributeDefinitions(names.stream()
                        .map(each -> AttributeDefinition.builder()
                                .attributeName(each)
                                .attributeType(ScalarAttributeType.S)
                                .build())
                        .toList())
                .build();
    }

    void listen(RowListener rowListener) {
        listener = rowListener;
    }

    /** All rows by key, as they are now; in one order in every JVM, unlike the sets and maps of {@code copyOf}. */
    Map<Map<String, AttributeValue>, Map<String, AttributeValue>> rows(String name) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(table(name).rows()));
    }

    /** The rows themselves, for checks after each event of a simulation: a copy takes longer than the check. */
    Collection<Map<String, AttributeValue>> live(String name) {
        return Collections.unmodifiableCollection(table(name).rows().values());
    }

    /** Number of statements executed so far, successful or not. */
    int executed() {
        return executed;
    }

    PutItemResponse put(PutItemRequest request) {
        Action put = action(Put.builder()
                .tableName(request.tableName())
                .item(request.item())
                .conditionExpression(request.conditionExpression())
                .expressionAttributeNames(request.expressionAttributeNames())
                .expressionAttributeValues(request.expressionAttributeValues())
                .build());
        perform(put, request.returnValuesOnConditionCheckFailure());
        return request.returnValues() == ReturnValue.ALL_OLD
                ? PutItemResponse.builder().attributes(put.before()).build()
                : PutItemResponse.builder().build();
    }

    DeleteItemResponse delete(DeleteItemRequest request) {
        perform(
                action(Delete.builder()
                        .tableName(request.tableName())
                        .key(request.key())
                        .conditionExpression(request.conditionExpression())
                        .expressionAttributeNames(request.expressionAttributeNames())
                        .expressionAttributeValues(request.expressionAttributeValues())
                        .build()),
                request.returnValuesOnConditionCheckFailure());
        return DeleteItemResponse.builder().build();
    }

    TransactWriteItemsResponse transact(TransactWriteItemsRequest request) {
        List<TransactWriteItem> items = request.transactItems();
        List<Action> actions = items.stream().map(this::action).toList();
        if (actions.size() > TRANSACTION_LIMIT) {
            throw invalid("a transaction takes " + TRANSACTION_LIMIT + " actions");
        }
        Set<List<Object>> touched = new HashSet<>();
        actions.forEach(action -> {
            if (!touched.add(List.of(action.table(), action.key()))) {
                throw invalid("a transaction cannot touch one item twice");
            }
        });
        if (!actions.stream().allMatch(Action::allowed)) {
            List<CancellationReason> reasons = new ArrayList<>();
            for (int i = 0; i < actions.size(); i++) {
                reasons.add(reason(items.get(i), actions.get(i)));
            }
            throw TransactionCanceledException.builder()
                    .message("Transaction cancelled")
                    .cancellationReasons(reasons)
                    .build();
        }
        actions.forEach(this::write);
        return TransactWriteItemsResponse.builder().build();
    }

    /** The rows of a batch that exist, by table; a read that may be old is not. */
    BatchGetItemResponse batchGet(BatchGetItemRequest request) {
        Map<String, List<Map<String, AttributeValue>>> found = new HashMap<>();
        request.requestItems().forEach((name, wanted) -> {
            found.put(
                    name,
                    wanted.keys().stream()
                            .map(table(name).rows()::get)
                            .filter(Objects::nonNull)
                            .toList());
        });
        return BatchGetItemResponse.builder().responses(found).build();
    }

    ScanResponse scan(ScanRequest request) {
        return new FakeScan(request).run(table(request.tableName()).rows());
    }

    /** Sets or removes a row without a condition, as the application of a source does. */
    void set(String name, Map<String, AttributeValue> key, Optional<Map<String, AttributeValue>> row) {
        row.ifPresentOrElse(
                attributes -> table(name).rows().put(key, attributes),
                () -> table(name).rows().remove(key));
    }

    boolean exists(String name) {
        return tables.containsKey(name);
    }

    QueryResponse query(QueryRequest request) {
        return QueryResponse.builder()
                .items(new FakeQuery(request)
                        .run(table(request.tableName()).rows().values()))
                .build();
    }

    /** Adds to one number, or sets one attribute. */
    UpdateItemResponse update(UpdateItemRequest request) {
        String[] words = request.updateExpression().split(" ", -1);
        String name = request.expressionAttributeNames().get(words[1]);
        AttributeValue given = request.expressionAttributeValues().get(words[words.length - 1]);
        Map<String, AttributeValue> before = Optional.ofNullable(
                        table(request.tableName()).rows().get(request.key()))
                .orElse(Map.of());
        Map<String, AttributeValue> after = new HashMap<>(before);
        if (words[0].equals("ADD")) {
            long sum = Long.parseLong(given.n())
                    + Long.parseLong(
                            before.getOrDefault(name, AttributeValue.fromN("0")).n());
            after.put(name, AttributeValue.fromN(Long.toString(sum)));
        } else {
            after.put(name, given);
        }
        if (!request.conditionExpression().equals("attribute_exists(#position)")) {
            throw new IllegalArgumentException("Not understood here: " + request.conditionExpression());
        }
        perform(
                new Action(request.tableName(), request.key(), before, after, !before.isEmpty()),
                request.returnValuesOnConditionCheckFailure());
        return UpdateItemResponse.builder().build();
    }

    /** Executes one statement of a batch; each takes effect separately. */
    BatchStatementResponse execute(BatchStatementRequest request) {
        FakeStatement statement = FakeStatement.parse(request);
        boolean insert = statement.kind() == FakeStatement.Kind.INSERT;
        Map<String, AttributeValue> key = insert ? key(statement.table(), statement.key()) : statement.key();
        if (!key.keySet().equals(table(statement.table()).key())) {
            throw invalid("the key does not match the schema");
        }
        Map<String, AttributeValue> before =
                Optional.ofNullable(table(statement.table()).rows().get(key)).orElse(Map.of());
        boolean allowed = insert
                ? before.isEmpty()
                : ConditionExpression.holds(statement.condition(), statement.names(), statement.values(), before);
        executed++;
        if (insert && !key.values().stream().allMatch(value -> value.s() != null)) {
            throw invalid("the key attributes are strings");
        }
        boolean nothingToDelete = statement.kind() == FakeStatement.Kind.DELETE && before.isEmpty();
        if (allowed) {
            write(new Action(statement.table(), key, before, statement.after(before), true));
        }
        if (allowed || nothingToDelete) {
            return BatchStatementResponse.builder().build();
        }
        return failed(
                insert
                        ? BatchStatementErrorCodeEnum.DUPLICATE_ITEM
                        : BatchStatementErrorCodeEnum.CONDITIONAL_CHECK_FAILED);
    }

    /** The table and the key of the row that the statement writes. */
    List<Object> row(FakeStatement statement) {
        Map<String, AttributeValue> key = statement.kind() == FakeStatement.Kind.INSERT
                ? key(statement.table(), statement.key())
                : statement.key();
        return List.of(statement.table(), key);
    }

    static BatchStatementResponse failed(BatchStatementErrorCodeEnum code) {
        return BatchStatementResponse.builder()
                .error(BatchStatementError.builder().code(code).build())
                .build();
    }

    private static CancellationReason reason(TransactWriteItem item, Action action) {
        if (action.allowed()) {
            return CancellationReason.builder().code("None").build();
        }
        if (item.conditionCheck() != null) {
            return CancellationReason.builder().code("ConditionalCheckFailed").build();
        }
        var wanted = item.put() != null
                ? item.put().returnValuesOnConditionCheckFailure()
                : item.delete().returnValuesOnConditionCheckFailure();
        var reason = CancellationReason.builder().code("ConditionalCheckFailed");
        return (returns(wanted, action) ? reason.item(action.before()) : reason).build();
    }

    private static boolean returns(ReturnValuesOnConditionCheckFailure wanted, Action refused) {
        return wanted == ReturnValuesOnConditionCheckFailure.ALL_OLD
                && !refused.before().isEmpty();
    }

    private Action action(TransactWriteItem item) {
        if (item.conditionCheck() != null) {
            var check = item.conditionCheck();
            Map<String, AttributeValue> before = Optional.ofNullable(
                            table(check.tableName()).rows().get(check.key()))
                    .orElse(Map.of());
            boolean allowed = ConditionExpression.holds(
                    check.conditionExpression(),
                    check.expressionAttributeNames(),
                    check.expressionAttributeValues(),
                    before);
            return new Action(check.tableName(), check.key(), before, before, allowed);
        }
        return item.put() != null ? action(item.put()) : action(item.delete());
    }

    private Action action(Put put) {
        return action(
                put.tableName(),
                key(put.tableName(), put.item()),
                put.item(),
                put.conditionExpression(),
                put.expressionAttributeNames(),
                put.expressionAttributeValues());
    }

    private Action action(Delete delete) {
        if (!delete.key().keySet().equals(table(delete.tableName()).key())) {
            throw invalid("the key does not match the schema");
        }
        return action(
                delete.tableName(),
                delete.key(),
                Map.of(),
                delete.conditionExpression(),
                delete.expressionAttributeNames(),
                delete.expressionAttributeValues());
    }

    private Action action(
            String name,
            Map<String, AttributeValue> key,
            Map<String, AttributeValue> after,
            String condition,
            Map<String, String> names,
            Map<String, AttributeValue> values) {
        Map<String, AttributeValue> before =
                Optional.ofNullable(table(name).rows().get(key)).orElse(Map.of());
        boolean allowed = condition == null || ConditionExpression.holds(condition, names, values, before);
        if (!after.isEmpty() && !key.values().stream().allMatch(value -> value.s() != null)) {
            throw invalid("the key attributes are strings");
        }
        return new Action(name, key, before, after, allowed);
    }

    private void perform(Action action, ReturnValuesOnConditionCheckFailure wanted) {
        if (!action.allowed()) {
            var failed = ConditionalCheckFailedException.builder().message("The conditional request failed");
            throw (returns(wanted, action) ? failed.item(action.before()) : failed).build();
        }
        write(action);
    }

    private void write(Action action) {
        if (action.after().equals(action.before())) {
            return;
        }
        if (action.after().isEmpty()) {
            table(action.table()).rows().remove(action.key());
        } else {
            table(action.table()).rows().put(action.key(), action.after());
        }
        listener.changed(action.table(), action.key(), action.before(), action.after());
    }

    private Map<String, AttributeValue> key(String name, Map<String, AttributeValue> item) {
        Map<String, AttributeValue> key = new HashMap<>(item);
        key.keySet().retainAll(table(name).key());
        if (key.size() < table(name).key().size()) {
            throw invalid("a key attribute is missing");
        }
        return key;
    }

    private Table table(String name) {
        Table table = tables.get(name);
        if (table == null) {
            throw ResourceNotFoundException.builder()
                    .message("no table " + name)
                    .build();
        }
        return table;
    }

    private static DynamoDbException invalid(String message) {
        return (DynamoDbException) DynamoDbException.builder()
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ValidationException")
                        .errorMessage(message)
                        .build())
                .build();
    }
}
