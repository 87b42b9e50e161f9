package dev.tributary.latewrite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.Calls;
import dev.tributary.model.AttributeType;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Sha256;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * The table for the state of late writes that has to outlive a worker.
 *
 * <p>Three kinds of row, by {@code scope} and {@code entry}:
 *
 * <ul>
 *   <li>{@code <source>}, {@code shard/<shard>}: the shard is owned, or was not released by its last owner.
 *   <li>{@code <source>}, {@code worker/<worker>}: until when writes of the worker may arrive late, and until when
 *       removals that it recorded have to be repeated.
 *   <li>{@code <source>/<fingerprint of the target table>/<worker>}, {@code <epoch milliseconds>/<number>}: one removal.
 * </ul>
 *
 * <p>Each call is one attempt: a future fails with what the SDK throws. Every write may be repeated, and may take effect
 * late, without harm. Reads are consistent. Safe for any thread.
 */
public final class LateWriteTable {

    private static final String SCOPE = "scope";
    private static final String ENTRY = "entry";

    /** The key of the table. */
    public static final KeySchema KEY = new KeySchema(
            new KeyAttribute(SCOPE, AttributeType.S), Optional.of(new KeyAttribute(ENTRY, AttributeType.S)));

    /** The table's TTL attribute, in epoch seconds. */
    public static final String TTL_ATTRIBUTE = "expires";

    /** A worker may be down for longer than a stream keeps its records, and its removals have to be found after that. */
    private static final Duration RETENTION = Duration.ofDays(7);

    /** In bytes. */
    private static final int FINGERPRINT = 8;

    private static final String SHARD = "shard/";
    private static final String WORKER = "worker/";
    private static final String HOLDER = "holder";
    private static final String REVISION = "revision";
    private static final String WRITES_UNTIL = "writesUntil";
    private static final String REMOVALS_UNTIL = "removalsUntil";
    private static final String JOB = "job";
    private static final String ROW_KEY = "rowKey";
    private static final String OWNER = "owner";
    private static final String VERSION = "version";
    private static final String CREATED_AT = "createdAt";

    private final DynamoDbAsyncClient client;
    private final String name;
    private final Duration timeout;

    /**
     * The announcement of a worker. Times are epoch milliseconds.
     *
     * @param revision grows with each announcement, so that a late write of one cannot replace a newer one
     * @param writesUntil until when its creating writes may arrive
     * @param removalsUntil until when its recorded removals have to be repeated
     * @param job whether the worker ends at once, and leaves the repetitions to others
     */
    record Worker(String name, long revision, long writesUntil, long removalsUntil, boolean job) {}

    /**
     * A removal that has to be repeated.
     *
     * @param at when it was recorded, in epoch milliseconds
     * @param number distinguishes the removals of one scope and time
     * @param key of the row
     * @param stamp that guards the removal
     */
    record Removal(long at, long number, Item key, VersionStamp stamp) {
        private String entry() {
            return LateWriteTable.entry(at) + number;
        }
    }

    /**
     * @param client remains the caller's to close
     * @param timeout for one call, the client's own retries included
     */
    public LateWriteTable(DynamoDbAsyncClient client, String name, Duration timeout) {
        this.client = client;
        this.name = name;
        this.timeout = timeout;
    }

    String name() {
        return name;
    }

    /** Records the owner of a shard; completes with whether the previous owner had not released it. */
    CompletableFuture<Boolean> takeShard(String source, String shard, String holder) {
        return client.putItem(request -> request.tableName(name)
                        .item(Map.of(SCOPE, text(source), ENTRY, text(SHARD + shard), HOLDER, text(holder)))
                        .returnValues(ReturnValue.ALL_OLD)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(response -> !response.attributes().isEmpty());
    }

    /** Records that an owner has released a shard: none of its calls is in flight. No effect if another one owns it. */
    CompletableFuture<Void> releaseShard(String source, String shard, String holder) {
        return Calls.applied(client.deleteItem(request -> request.tableName(name)
                        .key(key(source, SHARD + shard))
                        .conditionExpression("#holder = :holder")
                        .expressionAttributeNames(Map.of("#holder", HOLDER))
                        .expressionAttributeValues(Map.of(":holder", text(holder)))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))))
                .thenAccept(applied -> {});
    }

    /** Stores an announcement, unless a later one of the worker is stored. */
    CompletableFuture<Void> announce(String source, Worker worker) {
        return Calls.applied(client.putItem(request -> request.tableName(name)
                        .item(Map.of(
                                SCOPE, text(source),
                                ENTRY, text(WORKER + worker.name()),
                                REVISION, number(worker.revision()),
                                WRITES_UNTIL, number(worker.writesUntil()),
                                REMOVALS_UNTIL, number(worker.removalsUntil()),
                                JOB, AttributeValue.fromBool(worker.job())))
                        .conditionExpression("attribute_not_exists(#revision) OR #revision < :revision")
                        .expressionAttributeNames(Map.of("#revision", REVISION))
                        .expressionAttributeValues(Map.of(":revision", number(worker.revision())))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))))
                .thenAccept(applied -> {});
    }

    /** Deletes an announcement, unless the worker has replaced it. */
    CompletableFuture<Void> forget(String source, Worker worker) {
        return Calls.applied(client.deleteItem(request -> request.tableName(name)
                        .key(key(source, WORKER + worker.name()))
                        .conditionExpression("#revision = :revision")
                        .expressionAttributeNames(Map.of("#revision", REVISION))
                        .expressionAttributeValues(Map.of(":revision", number(worker.revision())))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout))))
                .thenAccept(applied -> {});
    }

    /** The announcements of all workers of the source. */
    CompletableFuture<List<Worker>> workers(String source) {
        List<Worker> workers = new ArrayList<>();
        QueryRequest request =
                query("begins_with(#entry, :entry)", Map.of(":scope", text(source), ":entry", text(WORKER)));
        return client.queryPaginator(request)
                .subscribe(page -> page.items().forEach(row -> workers.add(worker(row))))
                .thenApply(read -> workers);
    }

    private static Worker worker(Map<String, AttributeValue> row) {
        return new Worker(
                value(row, ENTRY).s().substring(WORKER.length()),
                number(row, REVISION),
                number(row, WRITES_UNTIL),
                number(row, REMOVALS_UNTIL),
                value(row, JOB).bool());
    }

    /**
     * Stores a removal.
     *
     * @param scope of the removals, by {@link #scope}
     */
    CompletableFuture<Void> record(String scope, Removal removal) {
        long expires = Instant.ofEpochMilli(removal.at()).plus(RETENTION).getEpochSecond();
        return client.putItem(request -> request.tableName(name)
                        .item(Map.of(
                                SCOPE, text(scope),
                                ENTRY, text(removal.entry()),
                                ROW_KEY, AttributeValue.fromM(removal.key().attributes()),
                                OWNER, text(removal.stamp().owner().encoded()),
                                VERSION, text(removal.stamp().version().encoded()),
                                CREATED_AT, number(removal.stamp().createdAt().toEpochMilli()),
                                TTL_ATTRIBUTE, number(expires)))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(stored -> null);
    }

    /** Deletes a removal that need not be repeated any more. */
    CompletableFuture<Void> erase(String scope, Removal removal) {
        return client.deleteItem(request -> request.tableName(name)
                        .key(key(scope, removal.entry()))
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(gone -> null);
    }

    /**
     * A page of the removals that were recorded in a span of time, the earliest first.
     *
     * @param from in epoch milliseconds, included
     * @param to in epoch milliseconds, excluded
     * @param after {@link Page#next} of the page before; empty for the first page
     */
    CompletableFuture<Page> removals(String scope, long from, long to, Optional<String> after, int limit) {
        QueryRequest request = query(
                        "#entry BETWEEN :from AND :to",
                        Map.of(":scope", text(scope), ":from", text(entry(from)), ":to", text(entry(to))))
                .toBuilder()
                .limit(limit)
                .exclusiveStartKey(after.map(entry -> key(scope, entry)).orElse(null))
                .build();
        return client.query(request)
                .thenApply(response -> new Page(
                        response.items().stream().map(LateWriteTable::removal).toList(),
                        response.hasLastEvaluatedKey()
                                ? Optional.of(value(response.lastEvaluatedKey(), ENTRY)
                                        .s())
                                : Optional.empty()));
    }

    /**
     * A page of removals.
     *
     * @param next where the next page begins; empty if there is none
     */
    record Page(List<Removal> removals, Optional<String> next) {}

    private static Removal removal(Map<String, AttributeValue> row) {
        String entry = value(row, ENTRY).s();
        int slash = entry.indexOf('/');
        return new Removal(
                Long.parseLong(entry.substring(0, slash)),
                Long.parseLong(entry.substring(slash + 1)),
                new Item(value(row, ROW_KEY).m()),
                new VersionStamp(
                        new ItemKey(value(row, OWNER).s()),
                        new Version(value(row, VERSION).s()),
                        Instant.ofEpochMilli(number(row, CREATED_AT))));
    }

    private QueryRequest query(String entries, Map<String, AttributeValue> values) {
        return QueryRequest.builder()
                .tableName(name)
                .consistentRead(true)
                .keyConditionExpression("#scope = :scope AND " + entries)
                .expressionAttributeNames(Map.of("#scope", SCOPE, "#entry", ENTRY))
                .expressionAttributeValues(values)
                .overrideConfiguration(call -> call.apiCallTimeout(timeout))
                .build();
    }

    /**
     * The scope of the removals of a worker in a target; the name of a source contains no slash. A route may get another name,
     * or another target, whose rows are none of the earlier one's.
     *
     * @param target identity of the table
     */
    static String scope(String source, String target, String worker) {
        return source
                + '/'
                + HexFormat.of().formatHex(Sha256.of(target.getBytes(UTF_8)), 0, FINGERPRINT)
                + '/'
                + worker;
    }

    /** The prefix of an entry; the order of entries is that of time. */
    private static String entry(long epochMillis) {
        return "%015d/".formatted(epochMillis);
    }

    private static Map<String, AttributeValue> key(String scope, String entry) {
        return Map.of(SCOPE, text(scope), ENTRY, text(entry));
    }

    private static AttributeValue value(Map<String, AttributeValue> row, String attribute) {
        return requireNonNull(row.get(attribute), attribute);
    }

    private static long number(Map<String, AttributeValue> row, String attribute) {
        return Long.parseLong(value(row, attribute).n());
    }

    private static AttributeValue number(long number) {
        return AttributeValue.fromN(Long.toString(number));
    }

    private static AttributeValue text(String text) {
        return AttributeValue.fromS(text);
    }
}
