package dev.tributary;

import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics of the program: as the code defines them, and as the documents list them. */
final class DocumentedMetrics {

    static final Path PAGE = Path.of("src/docs/metrics.md");

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(tributary_\\w+)` \\| \\w+ \\| \\w* \\| ((?:`\\w+`(?:, )?)*) \\|");

    private static final String HEAD = """
            # Metrics

            This page is generated from the definitions in the code; `ObservabilityFilesTest` says how.

            `GET http://127.0.0.1:8081/metrics` returns them in the Prometheus text format.
            [monitoring.md](monitoring.md#metrics) says what to alarm on. Values of labels are names in the
            configuration, or constants of the program, so the number of series follows from the configuration: no label
            is a shard, an item or a caller. A summary exports `_count`, `_sum` and `_max`, a histogram also `_bucket`.
            """;

    private DocumentedMetrics() {}

    /** Labels by metric, from the page. */
    static Map<String, Set<String>> documented() {
        Map<String, Set<String>> metrics = new TreeMap<>();
        ROW.matcher(read(PAGE))
                .results()
                .forEach(row -> metrics.put(
                        row.group(1),
                        row.group(2).isEmpty()
                                ? Set.of()
                                : new TreeSet<>(Arrays.asList(
                                        row.group(2).replace("`", "").split(", ")))));
        return metrics;
    }

    /** The definitions in the code, by the name in Prometheus. */
    static Map<String, Metric> defined() throws IOException, URISyntaxException {
        Path classes = Path.of(
                Metric.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString())
                    .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace(File.separatorChar, '.'))
                    .flatMap(name -> Arrays.stream(type(name).getDeclaredFields()))
                    .filter(field -> field.getType() == Metric.class)
                    .map(DocumentedMetrics::value)
                    .collect(Collectors.toMap(
                            DocumentedMetrics::exported,
                            metric -> metric,
                            (one, other) -> {
                                throw new IllegalStateException("Defined twice: " + one.name());
                            },
                            TreeMap::new));
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, false, DocumentedMetrics.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Metric value(Field field) {
        try {
            field.setAccessible(true);
            return (Metric) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The name in Prometheus. */
    private static String exported(Metric metric) {
        Meter.Type type = metric.kind() == Metric.Kind.SUMMARY
                ? Meter.Type.DISTRIBUTION_SUMMARY
                : Meter.Type.valueOf(metric.kind().name());
        String name = new PrometheusNamingConvention()
                .name(metric.name(), type, metric.unit().isEmpty() ? null : metric.unit());
        return metric.kind() == Metric.Kind.COUNTER ? name + "_total" : name; // added by the export
    }

    /** The page, as it follows from the code. */
    static String page() throws IOException, URISyntaxException {
        Map<String, Metric> metrics = defined();
        StringBuilder page = new StringBuilder(HEAD);
        Predicate<Metric> http = metric -> metric.name().matches("tributary\\.(http|idempotency).*");
        Predicate<Metric> kcl = metric -> metric.name().startsWith("tributary.kcl");
        section(page, "Sources", metrics, metric -> metric.labels().contains("source"));
        section(page, "Routes", metrics, metric -> metric.labels().contains("route"));
        section(page, "Requests", metrics, http);
        section(page, "Kinesis Client Library", metrics, kcl);
        section(
                page,
                "The process",
                metrics,
                metric -> !metric.labels().contains("source")
                        && !metric.labels().contains("route")
                        && http.or(kcl).negate().test(metric));
        return page.append("""

                `jvm_*`, `process_*` and `system_*` are those of the JVM, the process and the machine, as Micrometer names them.
                """).toString();
    }

    private static void section(
            StringBuilder page, String title, Map<String, Metric> metrics, Predicate<Metric> selected) {
        List<Map.Entry<String, Metric>> rows = metrics.entrySet().stream()
                .filter(metric -> selected.test(metric.getValue()))
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .toList();
        page.append("\n## ").append(title).append("\n");
        if (!rows.isEmpty()) {
            page.append("\n| metric | type | unit | labels | meaning |\n| --- | --- | --- | --- | --- |\n");
        }
        rows.forEach(row -> page.append("| `%s` | %s | %s | %s | %s |%n"
                .formatted(
                        row.getKey(),
                        type(row.getValue()),
                        row.getValue().unit(),
                        row.getValue().labels().stream()
                                .map(label -> '`' + label + '`')
                                .collect(Collectors.joining(", ")),
                        row.getValue().meaning())));
    }

    private static String type(Metric metric) {
        if (!metric.buckets().isEmpty()) {
            return "histogram";
        }
        return metric.kind() == Metric.Kind.TIMER
                ? "summary"
                : metric.kind().name().toLowerCase(Locale.ROOT);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
