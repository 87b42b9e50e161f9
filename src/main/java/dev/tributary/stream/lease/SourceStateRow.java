package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import dev.tributary.dynamo.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.kinesis.leases.EntityType;

/**
 * Reads and writes the row of the lease table that holds the {@link SourceState}.
 *
 * <p>It is in the lease table so that it is created and deleted together with the checkpoints. Its entity type is KCL's for
 * rows of stream identities: with the settings used here, KCL writes none, and leaves existing ones alone.
 *
 * <p>Methods wait for DynamoDB, and throw what the SDK throws. Safe for any thread.
 */
public final class SourceStateRow {

    private static final String ROW = "tributary-stream"; // no shard has this id

    /** KCL's attribute name. */
    private static final String STREAM = "streamId";

    private static final String SINCE = "since";
    private static final String EPOCH = "epoch";
    private static final String IDENTITY = "identity";
    private static final String STARTS_AT = "startsAt";
    private static final String GAPS = "gaps";
    private static final String FURTHER = "furtherGaps";
    private static final String DESCRIPTION = "description";
    private static final String AT = "at";
    private static final String WORKER = "worker";

    /** Bounded, because the row is read every few seconds. */
    private static final int MAX_GAPS = 100;

    private final DynamoDbAsyncClient client;
    private final String table;
    private final String source;
    private final SharedLeaseTable shared;

    /**
     * @param table the source's lease table
     * @param shared the table, as other sources use it too
     */
    public SourceStateRow(DynamoDbAsyncClient client, String table, String source, SharedLeaseTable shared) {
        this.client = client;
        this.table = table;
        this.source = source;
        this.shared = shared;
    }

    public SourceStateRow(DynamoDbAsyncClient client, String table, String source) {
        this(client, table, source, new SharedLeaseTable(client, table, System::nanoTime));
    }

    /** As the row was at most this long ago; empty if no worker had begun to read the source. */
    public Optional<SourceState> read(Duration atMost) {
        if (atMost.isZero()) {
            return read();
        }
        return shared.rows(atMost).stream()
                .filter(row -> isState(source, row))
                .findFirst()
                .map(SourceStateRow::state);
    }

    /** Empty if no worker has begun to read the source. */
    public Optional<SourceState> read() {
        Map<String, AttributeValue> row = Calls.join(client.getItem(
                        request -> request.tableName(table).key(key()).consistentRead(true)))
                .item();
        return row.isEmpty() ? Optional.empty() : Optional.of(state(row));
    }

    /**
     * Begins with this stream, unless another worker has begun meanwhile; returns the state that results.
     *
     * @param identity of the source table in the rows of its targets
     * @param startsAt changes before this time are passed without a write
     */
    public SourceState begin(String streamArn, String identity, Instant now, Optional<Instant> startsAt) {
        Map<String, AttributeValue> row = new HashMap<>(Map.of(
                LeaseRows.KEY,
                AttributeValue.fromS(key(source)),
                LeaseRows.ENTITY_TYPE,
                AttributeValue.fromS(EntityType.STREAM_INFO.getDdbValue()),
                STREAM,
                AttributeValue.fromS(streamArn),
                SINCE,
                AttributeValue.fromS(now.toString()),
                EPOCH,
                AttributeValue.fromS(Epoch.first(streamArn, now).text()),
                IDENTITY,
                AttributeValue.fromS(identity),
                GAPS,
                AttributeValue.fromM(Map.of())));
        startsAt.ifPresent(at -> row.put(STARTS_AT, AttributeValue.fromS(at.toString())));
        try {
            Calls.join(client.putItem(request -> request.tableName(table)
                    .item(row)
                    .conditionExpression("attribute_not_exists(" + LeaseRows.KEY + ")")));
            return read().orElseThrow();
        } catch (ConditionalCheckFailedException e) {
            return read().orElseThrow(); // another worker has begun
        }
    }

    /**
     * Switches from one stream to the next, and records the gap between them, in one write.
     *
     * @return false if another worker has switched
     */
    public boolean switchStream(StreamGap.Replaced gap, RecordedGap passed) {
        Epoch before = new Epoch(read().orElseThrow().epoch()); // changes only with the stream
        try {
            update(
                    "SET #stream = :next, #since = :since, #epoch = :epoch, #gaps.#id = :gap",
                    "#stream = :old",
                    Map.of("#stream", STREAM, "#since", SINCE, "#epoch", EPOCH, "#gaps", GAPS, "#id", passed.id()),
                    Map.of(
                            ":epoch",
                                    AttributeValue.fromS(before.next(gap.newArn(), passed.at())
                                            .text()),
                            ":next", AttributeValue.fromS(gap.newArn()),
                            ":old", AttributeValue.fromS(gap.streamArn()),
                            ":since", AttributeValue.fromS(passed.at().toString()),
                            ":gap", entry(passed)));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /** Records a gap before reading passes it; if too many are recorded, only increments their number. */
    public void passed(RecordedGap gap) {
        try {
            update(
                    "SET #gaps.#id = :gap",
                    "size(#gaps) < :most OR attribute_exists(#gaps.#id)",
                    Map.of("#gaps", GAPS, "#id", gap.id()),
                    Map.of(":gap", entry(gap), ":most", AttributeValue.fromN(Integer.toString(MAX_GAPS))));
        } catch (ConditionalCheckFailedException e) {
            update(
                    "ADD #further :one",
                    "attribute_exists(#key)",
                    Map.of("#further", FURTHER, "#key", LeaseRows.KEY),
                    Map.of(":one", AttributeValue.fromN("1")));
        }
    }

    /**
     * Deletes gaps. Those recorded meanwhile stay.
     *
     * @param further the number of further ones that are acknowledged too, unless it has changed
     */
    public void acknowledge(Collection<RecordedGap> gaps, int further) {
        Map<String, String> names = new HashMap<>();
        List<String> paths = new ArrayList<>();
        for (RecordedGap gap : gaps) {
            names.put("#gaps", GAPS);
            names.put("#g" + paths.size(), gap.id());
            paths.add("#gaps.#g" + paths.size());
        }
        if (further > 0) {
            names.put("#further", FURTHER);
            List<String> all = new ArrayList<>(paths);
            all.add("#further");
            try {
                update(
                        "REMOVE " + String.join(", ", all),
                        "#further = :further",
                        names,
                        Map.of(":further", AttributeValue.fromN(Integer.toString(further))));
            } catch (ConditionalCheckFailedException e) {
                acknowledge(gaps, 0);
            }
        } else if (!paths.isEmpty()) {
            names.put("#key", LeaseRows.KEY);
            update("REMOVE " + String.join(", ", paths), "attribute_exists(#key)", names, Map.of());
        }
    }

    private void update(
            String update, String condition, Map<String, String> names, Map<String, AttributeValue> values) {
        Calls.join(client.updateItem(UpdateItemRequest.builder()
                .tableName(table)
                .key(key())
                .updateExpression(update)
                .conditionExpression(condition)
                .expressionAttributeNames(names)
                .expressionAttributeValues(values.isEmpty() ? null : values)
                .returnValues(ReturnValue.NONE)
                .build()));
    }

    /** Whether a row of the lease table is the one of the source's state. */
    static boolean isState(String source, Map<String, AttributeValue> row) {
        return key(source).equals(text(row, LeaseRows.KEY).s());
    }

    /** The state in a row. */
    static SourceState state(Map<String, AttributeValue> row) {
        List<RecordedGap> passed = new ArrayList<>();
        text(row, GAPS)
                .m()
                .forEach((id, entry) -> passed.add(new RecordedGap(
                        id,
                        text(entry.m(), DESCRIPTION).s(),
                        Instant.parse(text(entry.m(), AT).s()),
                        text(entry.m(), WORKER).s())));
        passed.sort(Comparator.comparing(RecordedGap::at).thenComparing(RecordedGap::id));
        AttributeValue further = row.get(FURTHER);
        return new SourceState(
                text(row, STREAM).s(),
                Instant.parse(text(row, SINCE).s()),
                text(row, EPOCH).s(),
                text(row, IDENTITY).s(),
                Optional.ofNullable(row.get(STARTS_AT)).map(at -> Instant.parse(at.s())),
                List.copyOf(passed),
                further == null ? 0 : Integer.parseInt(further.n()));
    }

    private static AttributeValue text(Map<String, AttributeValue> row, String name) {
        return requireNonNull(row.get(name), name);
    }

    private static AttributeValue entry(RecordedGap gap) {
        return AttributeValue.fromM(Map.of(
                DESCRIPTION, AttributeValue.fromS(gap.description()),
                AT, AttributeValue.fromS(gap.at().toString()),
                WORKER, AttributeValue.fromS(gap.worker())));
    }

    static String key(String source) {
        return new LeaseKey(source, ROW).text();
    }

    private Map<String, AttributeValue> key() {
        return Map.of(LeaseRows.KEY, AttributeValue.fromS(key(source)));
    }
}
