package dev.tributary.jobs.reconcile;

import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.Calls;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;

/**
 * The table for the state of jobs that has to outlive their process.
 *
 * <p>Rows by {@code scope}, which is a route, its target table, or the subject of a state of several routes, and {@code
 * entry}:
 *
 * <ul>
 *   <li>{@code page/<slot>}: the keys of a page whose rows are being put.
 *   <li>{@code state/<name>}: the state of a job, as a map of texts.
 * </ul>
 *
 * <p>Each call is one attempt: a future fails with what the SDK throws. Every write may be repeated, and may take effect
 * late, without harm. Reads are consistent unless they say otherwise. Safe for any thread.
 */
public final class JobTable {

    private static final String SCOPE = "scope";
    private static final String ENTRY = "entry";

    /** The key of the table. */
    public static final KeySchema KEY = new KeySchema(
            new KeyAttribute(SCOPE, AttributeType.S), Optional.of(new KeyAttribute(ENTRY, AttributeType.S)));

    private static final String PAGE = "page/";
    private static final String STATE = "state/";
    private static final String REVISION = "revision";
    private static final String VERSION = "version";
    private static final String AT = "at";
    private static final String UNTIL = "until";
    private static final String KEYS = "keys";
    private static final String VALUES = "values";

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Duration timeout;

    /**
     * @param client closed by the caller
     * @param timeout for one call, the client's own retries included
     */
    public JobTable(DynamoDbAsyncClient client, String name, Duration timeout) {
        this.client = client;
        this.name = name;
        this.timeout = timeout;
    }

    /** The name of the table, for messages. */
    public String name() {
        return name;
    }

    /** Stores a page, unless a later one of its slot is stored. */
    CompletableFuture<Void> record(String route, PageRecord page) {
        return Calls.applied(client.putItem(request -> request.tableName(name)
                        .item(Map.of(
                                SCOPE, text(route),
                                ENTRY, text(PAGE + page.slot()),
                                REVISION, number(page.revision()),
                                VERSION, text(page.version().encoded()),
                                AT, number(page.at()),
                                UNTIL, number(page.until()),
                                KEYS, AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(page.encodedKeys()))))
                        .conditionExpression("attribute_not_exists(#revision) OR #revision < :revision")
                        .expressionAttributeNames(Map.of("#revision", REVISION))
                        .expressionAttributeValues(Map.of(":revision", number(page.revision())))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))))
                .thenAccept(applied -> {});
    }

    /** Deletes a page, unless a later one has its slot. */
    CompletableFuture<Void> forget(String route, PageRecord page) {
        return Calls.applied(client.deleteItem(request -> request.tableName(name)
                        .key(key(route, PAGE + page.slot()))
                        .conditionExpression("#revision = :revision")
                        .expressionAttributeNames(Map.of("#revision", REVISION))
                        .expressionAttributeValues(Map.of(":revision", number(page.revision())))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))))
                .thenAccept(applied -> {});
    }

    /** The recorded pages of a route. */
    CompletableFuture<List<PageRecord>> pages(String route) {
        List<PageRecord> pages = new ArrayList<>();
        return rows(route, PAGE, row -> pages.add(page(row))).thenApply(read -> pages);
    }

    /** Reads the rows of a scope whose entry begins as given. */
    private CompletableFuture<Void> rows(String scope, String entry, Consumer<Map<String, AttributeValue>> each) {
        QueryRequest request = QueryRequest.builder()
                .tableName(name)
                .consistentRead(true)
                .keyConditionExpression("#scope = :scope AND begins_with(#entry, :entry)")
                .expressionAttributeNames(Map.of("#scope", SCOPE, "#entry", ENTRY))
                .expressionAttributeValues(Map.of(":scope", text(scope), ":entry", text(entry)))
                .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                .build();
        return client.queryPaginator(request)
                .subscribe(response -> response.items().forEach(each));
    }

    /** The routes that have recorded pages; may miss those of the last second. */
    CompletableFuture<Set<String>> routesWithPages() {
        Set<String> routes = new HashSet<>();
        ScanRequest request = ScanRequest.builder()
                .tableName(name)
                .filterExpression("begins_with(#entry, :entry)")
                .projectionExpression("#scope")
                .expressionAttributeNames(Map.of("#scope", SCOPE, "#entry", ENTRY))
                .expressionAttributeValues(Map.of(":entry", text(PAGE)))
                .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                .build();
        return client.scanPaginator(request)
                .subscribe(response -> response.items()
                        .forEach(row -> routes.add(value(row, SCOPE).s())))
                .thenApply(read -> routes);
    }

    private static PageRecord page(Map<String, AttributeValue> row) {
        return new PageRecord(
                value(row, ENTRY).s().substring(PAGE.length()),
                number(row, REVISION),
                new Version(value(row, VERSION).s()),
                number(row, AT),
                number(row, UNTIL),
                PageRecord.decodeKeys(value(row, KEYS).b().asByteArray()));
    }

    /**
     * Stores a state of a job, unless a later one of its name is stored.
     *
     * @param name of the state, unique in its scope
     */
    public CompletableFuture<Void> putState(String scope, String name, JobState state) {
        return put(scope, name, state).thenAccept(applied -> {});
    }

    /**
     * Changes a state, and repeats that if another process has changed it meanwhile. No write if its values stay as they are.
     *
     * @param change from the recorded values to others; may be applied several times
     * @return the recorded state afterwards
     */
    public CompletableFuture<JobState> update(String scope, String name, UnaryOperator<Map<String, String>> change) {
        return state(scope, name).thenCompose(found -> {
            JobState next = found.next(change.apply(found.values()));
            return next.values().equals(found.values())
                    ? CompletableFuture.completedFuture(found)
                    : put(scope, name, next)
                            .thenCompose(applied ->
                                    applied ? CompletableFuture.completedFuture(next) : update(scope, name, change));
        });
    }

    /** Completes with whether the state is stored. */
    private CompletableFuture<Boolean> put(String scope, String name, JobState state) {
        Map<String, AttributeValue> values = new HashMap<>();
        state.values().forEach((key, value) -> values.put(key, text(value)));
        return Calls.applied(client.putItem(request -> request.tableName(this.name)
                .item(Map.of(
                        SCOPE,
                        text(scope),
                        ENTRY,
                        text(STATE + name),
                        REVISION,
                        number(state.revision()),
                        VALUES,
                        AttributeValue.fromM(values)))
                .conditionExpression("attribute_not_exists(#revision) OR #revision < :revision")
                .expressionAttributeNames(Map.of("#revision", REVISION))
                .expressionAttributeValues(Map.of(":revision", number(state.revision())))
                .overrideConfiguration(call -> call.apiCallTimeout(timeout))));
    }

    /** The state of this name; with revision 0 and no values if there is none. */
    public CompletableFuture<JobState> state(String scope, String name) {
        return client.getItem(request -> request.tableName(this.name)
                        .key(key(scope, STATE + name))
                        .consistentRead(true)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(response -> {
                    Map<String, AttributeValue> row = response.item();
                    return row.isEmpty() ? JobState.NONE : state(row);
                });
    }

    /** The states of a scope, by name. */
    public CompletableFuture<Map<String, JobState>> states(String scope) {
        Map<String, JobState> states = new HashMap<>();
        return rows(scope, STATE, row -> states.put(value(row, ENTRY).s().substring(STATE.length()), state(row)))
                .thenApply(read -> states);
    }

    private static JobState state(Map<String, AttributeValue> row) {
        Map<String, String> values = new HashMap<>();
        value(row, VALUES).m().forEach((key, value) -> values.put(key, value.s()));
        return new JobState(number(row, REVISION), values);
    }

    private static Map<String, AttributeValue> key(String route, String entry) {
        return Map.of(SCOPE, text(route), ENTRY, text(entry));
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    private static long number(Map<String, AttributeValue> row, String attribute) {
        return Long.parseLong(value(row, attribute).n());
    }

    private static AttributeValue value(Map<String, AttributeValue> row, String attribute) {
        return requireNonNull(row.get(attribute), attribute);
    }
}
