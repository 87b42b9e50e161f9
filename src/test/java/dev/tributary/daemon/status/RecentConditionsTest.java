package dev.tributary.daemon.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import org.junit.jupiter.api.Test;

class RecentConditionsTest {

    private final Health health = new Health();
    private final RecentConditions conditions = new RecentConditions();

    @Test
    void changesOfStatusAreKeptTheNewestFirst() {
        health.report("route users.a", Status.UP, "writing");
        assertThat(conditions.look(1, health.snapshot())).isFalse();
        health.report("route users.a", Status.DEGRADED, "throttled");
        assertThat(conditions.look(2, health.snapshot())).isTrue();
        health.report("route users.a", Status.DEGRADED, "throttled, 10 writes a second");
        assertThat(conditions.look(3, health.snapshot())).isFalse();
        health.forget("route users.a");
        assertThat(conditions.look(4, health.snapshot())).isTrue();
        assertThat(conditions.json().toString())
                .isEqualTo(
                        "[{\"at\":4,\"component\":\"route users.a\",\"status\":\"UP\",\"detail\":\"no longer reported\"},"
                                + "{\"at\":2,\"component\":\"route users.a\",\"status\":\"DEGRADED\",\"detail\":\"throttled\"}]");
    }

    @Test
    void theNumberIsBoundedAndSoIsTheirText() {
        for (int i = 0; i < 3 * RecentConditions.MAX; i++) {
            health.report("http", i % 2 == 0 ? Status.DOWN : Status.UP, "x".repeat(10_000));
            conditions.look(i, health.snapshot());
        }
        assertThat(conditions.json()).hasSize(RecentConditions.MAX);
        assertThat(conditions.json().at("/0/detail").asText()).hasSizeLessThan(600);
    }
}
