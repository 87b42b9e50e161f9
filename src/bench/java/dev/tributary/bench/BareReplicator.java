package dev.tributary.bench;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;

/** The minimal replication: reads the only shard of a stream and puts the selected attributes of its new images. */
final class BareReplicator implements AutoCloseable {

    private final Clients clients;
    private final String streamArn;
    private final Duration poll;
    private final Thread thread = new Thread(this::run, "bare-replicator");
    private String iterator = "";
    private volatile boolean closed;

    BareReplicator(Clients clients, String streamArn, Duration poll) {
        this.clients = clients;
        this.streamArn = streamArn;
        this.poll = poll;
    }

    /** Replicates changes that are written from now on. */
    void start() {
        String shard = clients.streams()
                .describeStream(request -> request.streamArn(streamArn))
                .streamDescription()
                .shards()
                .get(0)
                .shardId();
        iterator = clients.streams()
                .getShardIterator(request ->
                        request.streamArn(streamArn).shardId(shard).shardIteratorType(ShardIteratorType.LATEST))
                .shardIterator();
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                long next = System.nanoTime() + poll.toNanos();
                String current = iterator;
                var response = clients.streams()
                        .getRecords(request -> request.shardIterator(current).limit(1000));
                CompletableFuture.allOf(response.records().stream()
                                .map(record -> put(record.dynamodb().newImage()))
                                .toArray(CompletableFuture[]::new))
                        .join();
                iterator = response.nextShardIterator();
                Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<?> put(Map<String, AttributeValue> image) {
        Map<String, AttributeValue> row = new HashMap<>(image);
        if (Users.ROW_KB == 0) {
            row.remove(Users.PAYLOAD);
        }
        return clients.writes()
                .putItem(request -> request.tableName(Users.TARGET).item(row));
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
