package dev.tributary.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.metrics.MetricsScope;
import software.amazon.kinesis.metrics.MetricsUtil;

class KclMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final KclMetrics metrics = new KclMetrics(registry);

    @Test
    void timesAndOtherValuesHaveTheNamesOfKclAndNoShardOrWorker() {
        MetricsScope scope = MetricsUtil.createMetricsWithOperation(metrics, "RenewAllLeases");
        MetricsUtil.addShardId(scope, "users/shardId-1");
        MetricsUtil.addWorkerIdentifier(scope, "worker-1");
        MetricsUtil.addSuccess(scope, "RenewLease", true, MetricsLevel.DETAILED);
        MetricsUtil.addSuccess(scope, "RenewLease", false, MetricsLevel.DETAILED);
        scope.addData("Time", 250, StandardUnit.MILLISECONDS, MetricsLevel.SUMMARY);
        scope.addData("CurrentLeases", 3, StandardUnit.COUNT);
        MetricsUtil.endScope(scope);

        assertThat(registry.get("tributary.kcl")
                        .tags("operation", "RenewAllLeases", "measure", "Time")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(250);
        assertThat(registry.get("tributary.kcl.values")
                        .tags("operation", "RenewAllLeases", "measure", "RenewLease.Success")
                        .summary()
                        .mean())
                .isEqualTo(0.5);
        assertThat(registry.get("tributary.kcl.values")
                        .tags("operation", "RenewAllLeases", "measure", "CurrentLeases")
                        .summary()
                        .max())
                .isEqualTo(3);
        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().getTags()).hasSize(2));
    }

    @Test
    void theNumberOfMetersIsBounded() {
        for (int error = 0; error < 1_000; error++) {
            MetricsScope scope = MetricsUtil.createMetricsWithOperation(metrics, "ShardSync");
            scope.addData("CreateLease_" + error, 1, StandardUnit.COUNT);
            scope.addData("Time" + error, 1, StandardUnit.MILLISECONDS);
            scope.end();
        }
        assertThat(registry.getMeters()).hasSize(500);
        MetricsScope known = MetricsUtil.createMetricsWithOperation(metrics, "ShardSync");
        known.addData("CreateLease_0", 1, StandardUnit.COUNT);
        assertThat(registry.get("tributary.kcl.values")
                        .tag("measure", "CreateLease_0")
                        .summary()
                        .count())
                .isEqualTo(2);
    }
}
