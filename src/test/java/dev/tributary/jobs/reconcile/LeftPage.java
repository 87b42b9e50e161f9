package dev.tributary.jobs.reconcile;

import dev.tributary.model.Item;
import dev.tributary.model.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** A page whose run was killed an hour ago. */
public final class LeftPage {

    private LeftPage() {}

    /**
     * Records the page.
     *
     * @param table for the state of jobs
     * @param source key of the item that the page brought
     * @param target key of its row
     */
    public static void record(DynamoDbAsyncClient client, String table, String route, Item source, Item target) {
        long then = Instant.now().minusSeconds(3600).toEpochMilli();
        new JobTable(client, table, Duration.ofSeconds(5))
                .record(
                        route,
                        new PageRecord(
                                "killed",
                                1,
                                Version.of("2026-11-20T08:00:00.000", "0"),
                                then,
                                then,
                                List.of(new PageKey(source, target))))
                .join();
    }
}
