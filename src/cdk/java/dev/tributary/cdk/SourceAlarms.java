package dev.tributary.cdk;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/** The alarms of a source. */
record SourceAlarms(Construct stack, String source, DeployOptions options) {

    private static final Duration LATE = Duration.ofMinutes(10);

    /** A stream keeps its records for 24 hours. */
    private static final Duration LITTLE_TIME = Duration.ofHours(18);

    void add(Map<String, Metric> metrics) {
        // No line in the log means that no daemon runs, which no other alarm would show.
        add(
                "Lag",
                metric(metrics, SourceMetrics.LAG, "Maximum"),
                ComparisonOperator.GREATER_THAN_THRESHOLD,
                LATE,
                TreatMissingData.BREACHING);
        add(
                "TimeLeft",
                metric(metrics, SourceMetrics.TIME_LEFT, "Minimum"),
                ComparisonOperator.LESS_THAN_THRESHOLD,
                LITTLE_TIME,
                TreatMissingData.IGNORE);
        add(
                "Parked",
                metric(metrics, SourceMetrics.PARKED, "Maximum"),
                ComparisonOperator.GREATER_THAN_THRESHOLD,
                Duration.ZERO,
                TreatMissingData.IGNORE);
        add(
                "Gaps",
                metric(metrics, SourceMetrics.GAPS, "Sum"),
                ComparisonOperator.GREATER_THAN_THRESHOLD,
                Duration.ZERO,
                TreatMissingData.NOT_BREACHING);
    }

    private Metric metric(Map<String, Metric> metrics, String field, String statistic) {
        return Objects.requireNonNull(metrics.get(field))
                .with(MetricOptions.builder()
                        .dimensionsMap(Map.of(SourceMetrics.SOURCE, source))
                        .statistic(statistic)
                        .period(software.amazon.awscdk.Duration.minutes(5))
                        .build());
    }

    private void add(
            String id, Metric metric, ComparisonOperator operator, Duration threshold, TreatMissingData missing) {
        Alarm alarm = Alarm.Builder.create(stack, id + "-" + source)
                .alarmDescription("Tributary, source " + source + ": " + id)
                .metric(metric)
                .threshold(threshold.toSeconds())
                .comparisonOperator(operator)
                .evaluationPeriods(1)
                .treatMissingData(missing)
                .build();
        options.alarmTopic()
                .ifPresent(arn -> alarm.addAlarmAction(
                        new SnsAction(Topic.fromTopicArn(stack, "Topic-" + id + "-" + source, arn))));
    }
}
