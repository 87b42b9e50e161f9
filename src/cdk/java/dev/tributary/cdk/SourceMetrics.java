package dev.tributary.cdk;

import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.logs.FilterPattern;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.MetricFilter;
import software.constructs.Construct;

/** Metrics of CloudWatch from the fields of the log: the daemon calls no other service than DynamoDB. */
final class SourceMetrics {

    static final String NAMESPACE = "Tributary";
    static final String SOURCE = "source";

    static final String LAG = "lagSeconds";
    static final String TIME_LEFT = "timeLeftSeconds";
    static final String PARKED = "parked";
    static final String GAPS = "gaps";

    private SourceMetrics() {}

    /** The metrics by field, each without its source. */
    static Map<String, Metric> of(Construct stack, LogGroup logs) {
        Map<String, Metric> metrics = new TreeMap<>();
        for (String field : new String[] {LAG, TIME_LEFT, PARKED, GAPS}) {
            MetricFilter.Builder.create(stack, "Metric-" + field)
                    .logGroup(logs)
                    .filterPattern(FilterPattern.exists("$." + field))
                    .metricNamespace(NAMESPACE)
                    .metricName(field)
                    .metricValue("$." + field)
                    .dimensions(Map.of(SOURCE, "$." + SOURCE))
                    .build();
            metrics.put(
                    field,
                    Metric.Builder.create()
                            .namespace(NAMESPACE)
                            .metricName(field)
                            .build());
        }
        return metrics;
    }
}
