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

    /** As many empty pages, one after the other, are taken for the end of an open shard: one alone says nothing. */
    private static final int EMPTY_PAGES = 5;

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
            ShardRecords seen = read(client, streamArn, shard);
            List<Record> read = seen.records();
            records += read.size();
            perSecond += rate(seen, now);
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

    /**
     * The oldest records of a shard.
     *
     * @param all whether there are no others
     */
    record ShardRecords(List<Record> records, boolean all) {}

    private static ShardRecords read(DynamoDbStreamsClient client, String streamArn, Shard shard) {
        String iterator = client.getShardIterator(request -> request.streamArn(streamArn)
                        .shardId(shard.shardId())
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        List<Record> records = new ArrayList<>();
        int pages = 0;
        int empty = 0;
        while (iterator != null && pages < PAGES && empty < EMPTY_PAGES) {
            String next = iterator;
            GetRecordsResponse response = client.getRecords(request -> request.shardIterator(next));
            records.addAll(response.records());
            iterator = response.nextShardIterator();
            pages += response.records().isEmpty() ? 0 : 1;
            empty = response.records().isEmpty() ? empty + 1 : 0;
        }
        return new ShardRecords(records, iterator == null || pages < PAGES);
    }

    /**
     * Records of a shard a second. Where all were read, the time since the first one counts; otherwise the time between the first
     * and the last.
     */
    static double rate(ShardRecords seen, Instant now) {
        List<Record> records = seen.records();
        if (records.isEmpty()) {
            return 0;
        }
        Instant first = records.get(0).dynamodb().approximateCreationDateTime();
        Instant last = records.get(records.size() - 1).dynamodb().approximateCreationDateTime();
        Duration span = Duration.between(first, seen.all() ? now : last);
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
