package dev.tributary.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Measures how long a replication that was stopped takes to bring a backlog into the target. */
final class Drain {

    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(2);

    /**
     * The result for the whole backlog; times count from the start of the worker.
     *
     * @param perSecond changes per second
     * @param warmPerSecond of the second half: without the start, and with compiled code
     * @param firstWrite seconds to the end of the first write
     * @param cpu core-seconds of the replication for 1,000 changes
     * @param warmCpu the same in the second half
     * @param databaseCpu the same of DynamoDB Local
     * @param failures attempts to write that failed and were repeated
     * @param peakRss of the replication, in megabytes
     */
    record Result(
            double perSecond,
            double warmPerSecond,
            double firstWrite,
            double cpu,
            double warmCpu,
            double databaseCpu,
            int failures,
            double peakRss) {}

    private Drain() {}

    static Result run(Database database, Workload workload, Options options) throws IOException, InterruptedException {
        int changes = options.changes();
        int users = workload.write(changes, database.direct().control());
        try (ChildProcess replication = ChildProcess.start(
                ReplicationProcess.class,
                options.replicationJvm(),
                database.delayedEndpoint().toString(),
                Long.toString(options.poll().toMillis()),
                Integer.toString(changes))) {
            replication.await("started", LONGEST_START);
            double cpuBefore = replication.cpuSeconds();
            double databaseCpuBefore = database.cpuSeconds();
            double first = seconds(replication.await("first", LONGEST_START));
            double half = seconds(replication.await("half", LONGEST_DRAIN));
            double cpuHalfway = replication.cpuSeconds();
            String last = replication.await("ended", LONGEST_DRAIN);
            double ended = seconds(last);
            double cpuAfter = replication.cpuSeconds();
            double thousands = changes / 1000.0;
            Result result = new Result(
                    changes / ended,
                    changes / 2.0 / (ended - half),
                    first,
                    (cpuAfter - cpuBefore) / thousands,
                    (cpuAfter - cpuHalfway) / (thousands / 2),
                    (database.cpuSeconds() - databaseCpuBefore) / thousands,
                    Integer.parseInt(last.substring(last.indexOf(' ') + 1)),
                    replication.peakRssMegabytes());
            verify(database.direct().blocking(), users);
            return result;
        }
    }

    private static double seconds(String progress) {
        return Long.parseLong(progress.substring(0, progress.indexOf(' '))) / 1000.0;
    }

    /** Compares both tables in full. */
    private static void verify(DynamoDbClient client, int users) {
        Map<String, Map<String, AttributeValue>> expected = rows(client, Users.SOURCE);
        if (expected.size() != users) {
            throw new IllegalStateException("The source has %d items instead of %d".formatted(expected.size(), users));
        }
        Map<String, Map<String, AttributeValue>> actual = rows(client, Users.TARGET);
        if (!expected.equals(actual)) {
            long different = expected.entrySet().stream()
                    .filter(row -> !row.getValue().equals(actual.get(row.getKey())))
                    .count();
            throw new IllegalStateException(
                    "The target is not the projection of the source: %d rows for %d items, %d items without their row"
                            .formatted(actual.size(), expected.size(), different));
        }
    }

    /** Rows by target key, without excluded attributes and the version stamp. */
    private static Map<String, Map<String, AttributeValue>> rows(DynamoDbClient client, String table) {
        return client.scanPaginator(request -> request.tableName(table).consistentRead(true)).items().stream()
                .map(item -> {
                    Map<String, AttributeValue> row = new HashMap<>(item);
                    row.keySet().removeIf(name -> name.equals(Users.PAYLOAD) || name.startsWith("_"));
                    return row;
                })
                .collect(Collectors.toMap(
                        row -> row.get("state").s() + "/" + row.get("city").s(), row -> row));
    }
}
