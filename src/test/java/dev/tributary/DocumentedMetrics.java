package dev.tributary;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The metrics of the program by their names in Prometheus, with their labels: as documented, and as in the code. */
final class DocumentedMetrics {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(tributary_\\w+)(?:\\{([\\w,]+)})?` \\|");

    /** A meter from its builder to its registration, with the name as a literal or as a constant of the class. */
    private static final Pattern METER = Pattern.compile(
            "(Gauge|Counter|Timer)\\s*\\.builder\\(\\s*(\"[\\w.]+\"|[A-Z_]+)(.*?)\\.(register|withRegistry)\\(",
            Pattern.DOTALL);

    private static final Pattern UNIT = Pattern.compile("\\.baseUnit\\((?:\"(\\w+)\"|BaseUnits\\.(\\w+))\\)");
    private static final Pattern LABEL = Pattern.compile("\\.tag\\(\"(\\w+)\"");

    private DocumentedMetrics() {}

    /** Labels by metric, from the table in operations.md. */
    static Map<String, Set<String>> documented() {
        Map<String, Set<String>> metrics = new TreeMap<>();
        ROW.matcher(read(Path.of("src/docs/operations.md")))
                .results()
                .forEach(row -> metrics.put(
                        row.group(1),
                        row.group(2) == null
                                ? Set.of()
                                : new TreeSet<>(Arrays.asList(row.group(2).split(",")))));
        return metrics;
    }

    /** A meter in the sources; its labels are unknown here if it gets them with each value. */
    record Coded(String name, Optional<Set<String>> labels, String source) {}

    /** The meters that the sources build. */
    static List<Coded> coded() {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(DocumentedMetrics::read)
                    .flatMap(source -> METER.matcher(source).results().map(meter -> coded(meter, source)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Coded coded(MatchResult meter, String source) {
        return new Coded(
                name(meter.group(1), literal(meter.group(2), source), meter.group(3)),
                meter.group(4).equals("register") ? Optional.of(labels(meter.group(3))) : Optional.empty(),
                source);
    }

    private static String literal(String name, String source) {
        if (name.startsWith("\"")) {
            return name.substring(1, name.length() - 1);
        }
        Matcher constant = Pattern.compile(name + " = \"([\\w.]+)\"").matcher(source);
        if (!constant.find()) {
            throw new IllegalStateException("no constant " + name);
        }
        return constant.group(1);
    }

    private static String name(String type, String name, String builder) {
        Matcher unit = UNIT.matcher(builder);
        String baseUnit =
                !unit.find() ? null : unit.group(1) == null ? unit.group(2).toLowerCase(Locale.ROOT) : unit.group(1);
        String series = new PrometheusNamingConvention()
                .name(name, Meter.Type.valueOf(type.toUpperCase(Locale.ROOT)), baseUnit);
        return type.equals("Counter") ? series + "_total" : series; // added by the export
    }

    private static Set<String> labels(String builder) {
        return LABEL.matcher(builder)
                .results()
                .map(label -> label.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
