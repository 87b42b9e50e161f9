package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

class SparingLeaseCallsTest {

    private static final Duration LEASE = Duration.ofSeconds(8);
    private static final ScanRequest LEADERS_SCAN = ScanRequest.builder()
            .tableName("leases")
            .segment(0)
            .totalSegments(1)
            .build();

    private final List<Map<String, AttributeValue>> rows = new ArrayList<>();
    private Duration now = Duration.ofHours(1);
    private int scans;
    private boolean further;

    private final DynamoDbAsyncClient table = (DynamoDbAsyncClient) Proxy.newProxyInstance(
            DynamoDbAsyncClient.class.getClassLoader(),
            new Class<?>[] {DynamoDbAsyncClient.class},
            (proxy, method, arguments) -> {
                scans++;
                ScanResponse.Builder response = ScanResponse.builder().items(List.copyOf(rows));
                return CompletableFuture.completedFuture(
                        further
                                ? response.lastEvaluatedKey(Map.of("leaseKey", text("b")))
                                        .build()
                                : response.build());
            });
    private final SparingLeaseCalls calls = new SparingLeaseCalls(
            table, "me", new LeaseTimings(LEASE), () -> Instant.EPOCH.plus(now), () -> now.toNanos());
    private final DynamoDbAsyncClient client = calls.client();

    @BeforeEach
    void aloneForALeaseDuration() {
        pass(LEASE.plusMillis(1));
        rows.add(lease("a", "me"));
        rows.add(report("me", Duration.ZERO));
    }

    @Test
    void aWorkerThatIsAloneRepeatsItsScansAndLooksOnlyNowAndThen() {
        assertThat(scanned()).isTrue();
        assertThat(calls.discoveryDue()).isTrue();
        assertThat(scanned()).isFalse();
        assertThat(calls.discoveryDue()).isFalse();
        pass(LEASE.dividedBy(4));
        assertThat(calls.discoveryDue()).isTrue();
        assertThat(scanned()).isTrue();
    }

    @Test
    void aRepeatedScanReturnsTheSameRows() {
        ScanResponse first = client.scan(LEADERS_SCAN).join();
        assertThat(client.scan(LEADERS_SCAN).join()).isSameAs(first);
    }

    @Test
    void finishedLeasesNeedNoOwner() {
        Map<String, AttributeValue> ended = lease("b", "gone");
        ended.put("checkpoint", text("SHARD_END"));
        rows.add(ended);
        assertSpared();
    }

    @Test
    void aWorkerThatHasDiedLongAgoCountsForNothing() {
        rows.add(report("gone", LEASE));
        assertSpared();
    }

    @Test
    void nothingIsSparedBesideAnotherLiveWorker() {
        rows.add(report("other", Duration.ofSeconds(1)));
        assertNotSpared();
    }

    /** The leader takes a lease that it has not seen renewed, so it must not see it as it was. */
    @Test
    void nothingIsSparedBesideALeaseOfAnotherWorker() {
        rows.add(lease("b", "other"));
        assertNotSpared();
    }

    @Test
    void nothingIsSparedBesideALeaseWithoutAnOwner() {
        Map<String, AttributeValue> free = lease("b", "me");
        free.remove("leaseOwner");
        rows.add(free);
        assertNotSpared();
    }

    @Test
    void nothingIsSparedWhileALeaseIsHandedOver() {
        Map<String, AttributeValue> passing = lease("b", "me");
        passing.put("checkpointOwner", text("other"));
        rows.add(passing);
        assertNotSpared();
    }

    @Test
    void nothingIsSparedWithoutAReportOfThisWorker() {
        rows.remove(1);
        assertNotSpared();
    }

    @Test
    void aScanIsRepeatedOnlyWhileKclTakesItsReportForRecent() {
        rows.set(1, report("me", Duration.ofSeconds(3)));
        assertThat(scanned()).isTrue();
        assertThat(scanned()).isFalse();
        pass(Duration.ofMillis(750));
        assertThat(scanned()).isTrue();
    }

    @Test
    void nothingIsSparedForALeaseDurationAfterAChange() {
        scanned();
        calls.changed();
        assertThat(scanned()).isTrue();
        assertThat(scanned()).isTrue();
        assertThat(calls.discoveryDue()).isTrue();
        assertThat(calls.discoveryDue()).isTrue();
        pass(LEASE);
        rows.set(1, report("me", Duration.ZERO));
        assertSpared();
    }

    @Test
    void nothingIsSparedInATableOfSeveralPages() {
        further = true;
        assertNotSpared();
    }

    @Test
    void otherScansAreMadeAsTheyAre() {
        scanned();
        int before = scans;
        client.scan(LEADERS_SCAN.toBuilder().filterExpression("a = b").build()).join();
        client.scan(request -> request.tableName("leases")).join();
        assertThat(scans).isEqualTo(before + 2);
    }

    private void assertSpared() {
        scanned();
        calls.discoveryDue();
        assertThat(scanned()).isFalse();
        assertThat(calls.discoveryDue()).isFalse();
    }

    private void assertNotSpared() {
        scanned();
        calls.discoveryDue();
        assertThat(scanned()).isTrue();
        assertThat(calls.discoveryDue()).isTrue();
    }

    private boolean scanned() {
        int before = scans;
        client.scan(LEADERS_SCAN).join();
        return scans > before;
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private static Map<String, AttributeValue> lease(String key, String owner) {
        return new HashMap<>(Map.of(
                "leaseKey", text(key),
                "leaseOwner", text(owner),
                "checkpoint", text("TRIM_HORIZON"),
                "entityType", text("LEASE")));
    }

    private Map<String, AttributeValue> report(String worker, Duration age) {
        long seconds = now.minus(age).toSeconds();
        return Map.of(
                "leaseKey",
                text(worker),
                "entityType",
                text("WORKER_METRIC_STATS"),
                "lut",
                AttributeValue.fromN(Long.toString(seconds)));
    }

    private static AttributeValue text(String text) {
        return AttributeValue.fromS(text);
    }
}
