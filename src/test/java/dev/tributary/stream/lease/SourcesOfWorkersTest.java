package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class SourcesOfWorkersTest {

    private final List<Map<String, AttributeValue>> rows = new ArrayList<>();

    @Test
    void aWorkerReadsTheSourcesThatItHasRecorded() {
        report("one", "users");
        report("two", "users", "orders");
        assertThat(found().reads("one", "users/shard")).isTrue();
        assertThat(found().reads("one", "orders/shard")).isFalse();
        assertThat(found().readers("orders/shard", "one")).containsExactly("two");
        assertThat(found().isRead("payments/shard")).isFalse();
    }

    @Test
    void aWorkerThatHasRecordedNoneYetReadsAll() {
        report("one");
        assertThat(found().reads("one", "users/shard")).isTrue();
        assertThat(found().isRead("users/shard")).isTrue();
    }

    @Test
    void aWorkerThatReadsNothingIsNoReader() {
        report("one", SourcesOfWorkers.NONE);
        assertThat(found().isRead("users/shard")).isFalse();
    }

    @Test
    void theReaderWithTheFewestLeasesComesFirst() {
        report("one", "users");
        report("two", "users");
        lease("users/a", "one");
        assertThat(found().readers("users/b", "none")).containsExactly("two", "one");
    }

    /** KCL decides who is alive; its clock may differ from that of this program. */
    @Test
    void withoutALiveWorkerNothingIsHidden() {
        report("dead", "users");
        SourcesOfWorkers found = SourcesOfWorkers.of(rows, row -> false);
        assertThat(found.isRead("orders/shard")).isTrue();
        assertThat(found.readers("users/shard", "none")).isEmpty();
    }

    private SourcesOfWorkers found() {
        return SourcesOfWorkers.of(rows, row -> true);
    }

    private void report(String worker, String... sources) {
        Map<String, AttributeValue> row = new HashMap<>(Map.of(
                "leaseKey", AttributeValue.fromS(worker),
                "entityType", AttributeValue.fromS("WORKER_METRIC_STATS"),
                "lut", AttributeValue.fromN("1")));
        if (sources.length > 0) {
            row.put("tributarySources", AttributeValue.fromSs(List.of(sources)));
        }
        rows.add(row);
    }

    private void lease(String key, String owner) {
        rows.add(Map.of("leaseKey", AttributeValue.fromS(key), "leaseOwner", AttributeValue.fromS(owner)));
    }
}
