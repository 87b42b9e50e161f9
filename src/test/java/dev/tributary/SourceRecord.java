package dev.tributary;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * A record of a source's stream, read without Tributary.
 *
 * @param email key of the item
 * @param after the item's attributes; empty if it was removed
 */
record SourceRecord(BigInteger sequenceNumber, Instant created, String email, Map<String, AttributeValue> after) {

    boolean isRemoval() {
        return after.isEmpty();
    }

    /** Of two items under one key the later has the row: by creation time, then by sequence number. */
    boolean isLaterThan(SourceRecord other) {
        int byTime = created.compareTo(other.created);
        return byTime > 0 || (byTime == 0 && sequenceNumber.compareTo(other.sequenceNumber) > 0);
    }

    /** The row of a route that copies everything but the payload. */
    static Map<String, AttributeValue> copy(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> row = new HashMap<>(item);
        row.remove("payload");
        return row;
    }

    /** The row of a route by nickname; empty for an item that has none. */
    static Map<String, AttributeValue> nick(Map<String, AttributeValue> item) {
        return item.containsKey("nick") ? Map.of("nick", item.get("nick"), "email", item.get("email")) : Map.of();
    }

    private static SourceRecord of(Record record) {
        var data = record.dynamodb();
        return new SourceRecord(
                new BigInteger(data.sequenceNumber()),
                data.approximateCreationDateTime(),
                data.keys().get("email").s(),
                data.hasNewImage() ? data.newImage() : Map.of());
    }

    /**
     * The records of a stream.
     *
     * @param last sequence number of the last record of each shard that has one
     * @param open shards that are not closed
     */
    record History(List<SourceRecord> records, Map<String, String> last, Set<String> open) {

        static History read(DynamoDbStreamsClient client, String streamArn) {
            Map<String, String> last = new TreeMap<>();
            Map<BigInteger, SourceRecord> records = new TreeMap<>();
            Set<String> open = new TreeSet<>();
            client.describeStream(request -> request.streamArn(streamArn))
                    .streamDescription()
                    .shards()
                    .forEach(shard -> {
                        String iterator = client.getShardIterator(request -> request.streamArn(streamArn)
                                        .shardId(shard.shardId())
                                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                                .shardIterator();
                        boolean ended = shard.sequenceNumberRange().endingSequenceNumber() != null;
                        if (!ended) {
                            open.add(shard.shardId());
                        }
                        while (iterator != null) {
                            String current = iterator;
                            GetRecordsResponse page = client.getRecords(request -> request.shardIterator(current));
                            page.records().forEach(record -> {
                                last.put(shard.shardId(), record.dynamodb().sequenceNumber());
                                records.put(new BigInteger(record.dynamodb().sequenceNumber()), of(record));
                            });
                            iterator = page.records().isEmpty() && !ended ? null : page.nextShardIterator();
                        }
                    });
            return new History(List.copyOf(records.values()), last, open);
        }

        /** The records that changed the row which a route makes of their item. */
        List<SourceRecord> changing(UnaryOperator<Map<String, AttributeValue>> row) {
            Map<String, Map<String, AttributeValue>> rows = new HashMap<>();
            return records.stream()
                    .filter(record -> {
                        Map<String, AttributeValue> after = row.apply(record.after());
                        return !after.equals(rows.put(record.email(), after));
                    })
                    .toList();
        }

        /** Of each item the last record that changed the row which a route makes of it. */
        Map<String, SourceRecord> atRest(UnaryOperator<Map<String, AttributeValue>> row) {
            Map<String, SourceRecord> rest = new HashMap<>();
            changing(row).forEach(record -> rest.put(record.email(), record));
            return rest;
        }

        /** All records by item, in order. */
        Map<String, List<SourceRecord>> byItem() {
            Map<String, List<SourceRecord>> items = new HashMap<>();
            records.forEach(record -> items.computeIfAbsent(record.email(), email -> new ArrayList<>())
                    .add(record));
            return items;
        }
    }
}
