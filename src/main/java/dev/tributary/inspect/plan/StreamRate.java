package dev.tributary.inspect.plan;

import dev.tributary.model.Item;
import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The changes of a source a second, and how many of them move a row, as its stream shows them.
 *
 * @param changes a second, on average over the time that was seen
 * @param moves share of the changes that move a row to another key, of the route with the most; from 0 to 1
 * @param records number of records that were read
 * @param shards number of open shards, of which a few were read
 */
public record StreamRate(double changes, double moves, long records, int shards) {

    private static final int SHARDS = 8;
    private static final int PAGES = 4;

    /** Most records of a page. */
    private static final int PAGE_RECORDS = 1000;

    /** Shorter spans than this say little of the rate: creation times have whole seconds. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    /**
     * Reads the oldest records of a few open shards: up to 4 pages of each of 8 shards, which are up to 24 hours old.
     *
     * @param routes for each route, whether a change from one image to the other moves a row
     * @throws software.amazon.awssdk.core.exception.SdkException if the stream cannot be read
     */
    static StreamRate measure(
            DynamoDbStreamsClient client, String streamArn, List<BiPredicate<Item, Item>> routes, Instant now) {
        List<Shard> open = new ArrayList<>(
                StreamShards.of(client, streamArn).map(StreamShards::open).orElse(List.of()));
        Collections.shuffle(open, new Random(open.size()));
        long[] moved = new long[routes.size()];
        long records = 0;
        double perSecond = 0;
        List<Shard> some = open.subList(0, Math.min(SHARDS, open.size()));
        for (Shard shard : some) {
            List<Record> read = read(client, streamArn, shard);
            records += read.size();
            perSecond += rate(read, now);
            for (int i = 0; i < routes.size(); i++) {
                BiPredicate<Item, Item> route = routes.get(i);
                moved[i] += read.stream().filter(record -> moves(record, route)).count();
            }
        }
        long most = 0;
        for (long one : moved) {
            most = Math.max(most, one);
        }
        return new StreamRate(
                some.isEmpty() ? 0 : perSecond * open.size() / some.size(),
                records == 0 ? 0 : (double) most / records,
                records,
                open.size());
    }

    private static List<Record> read(DynamoDbStreamsClient client, String streamArn, Shard shard) {
        String iterator = client.getShardIterator(request -> request.streamArn(streamArn)
                        .shardId(shard.shardId())
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        List<Record> records = new ArrayList<>();
        for (int page = 0; page < PAGES && iterator != null; page++) {
            String next = iterator;
            GetRecordsResponse response = client.getRecords(request -> request.shardIterator(next));
            records.addAll(response.records());
            iterator = response.nextShardIterator();
        }
        return records;
    }

    /**
     * Records of a shard a second. Where fewer records than a page were found, the shard was read to its end, and the time
     * since the first one counts; otherwise the time between the first and the last.
     */
    static double rate(List<Record> records, Instant now) {
        if (records.isEmpty()) {
            return 0;
        }
        Instant first = records.get(0).dynamodb().approximateCreationDateTime();
        Instant last = records.get(records.size() - 1).dynamodb().approximateCreationDateTime();
        boolean complete = records.size() < PAGE_RECORDS;
        Duration span = Duration.between(first, complete ? now : last);
        return records.size() / (double) Math.max(SHORTEST.toSeconds(), span.toSeconds());
    }

    private static boolean moves(Record record, BiPredicate<Item, Item> route) {
        return record.eventName() == OperationType.MODIFY
                && record.dynamodb().hasOldImage()
                && record.dynamodb().hasNewImage()
                && route.test(
                        new Item(record.dynamodb().oldImage()),
                        new Item(record.dynamodb().newImage()));
    }
}
