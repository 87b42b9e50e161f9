package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.tributary.telemetry.Meters;
import dev.tributary.telemetry.Metric;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The alerts, the dashboard and the table of metrics name only what the program has. */
class ObservabilityFilesTest {

    private static final Path ALERTS = Path.of("config/observability/alerts.yml");
    private static final Path DASHBOARD = Path.of("config/observability/dashboard.json");
    private static final Path DOCS = Path.of("src/docs");

    private static final Pattern METRIC = Pattern.compile("\\b(tributary_\\w+)(?:\\{([^}]*)})?");
    private static final Pattern GROUPING = Pattern.compile("\\bby ?\\(([\\w, ]+)\\)");

    /** What Prometheus adds to the metrics of timers. */
    private static final Pattern SERIES = Pattern.compile("_(?:bucket|count|sum|max)$");

    /** The documents that {@code operations.md} names. */
    private static final Pattern DOCUMENT = Pattern.compile("(?m)^\\| \\[(\\w+\\.md)\\]");

    private static final Pattern BUILDER =
            Pattern.compile("\\b(?:Gauge|Counter|Timer|DistributionSummary)\\s*\\.builder");

    private final Map<String, Set<String>> documented = DocumentedMetrics.documented();

    @Test
    void pageOfMetricsIsWhatTheDefinitionsSay() throws Exception {
        String page = DocumentedMetrics.page();
        if (Boolean.getBoolean("tributary.write-docs")) {
            Files.writeString(DocumentedMetrics.PAGE, page);
        }
        assertThat(DocumentedMetrics.PAGE)
                .as("rewrite it with: ./mvnw -q test -Dtest=ObservabilityFilesTest -Dtributary.write-docs=true")
                .hasContent(page);
        Map<String, Metric> defined = DocumentedMetrics.defined();
        assertThat(defined).hasSizeGreaterThan(30);
        assertThat(DocumentedMetrics.documented()).hasSameSizeAs(defined);
        defined.forEach((name, metric) -> {
            assertThat(metric.meaning()).as(name).endsWith(".").doesNotContain("|", "\n");
            assertThat(metric.help()).as(name).isNotBlank().doesNotContain("](");
            assertThat(DocumentedMetrics.documented().get(name)).as(name).isEqualTo(metric.labelNames());
        });
    }

    @Test
    void metersAreRegisteredByTheirDefinitionsOnly() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("Metric.java")))
                    .isNotEmpty()
                    .allSatisfy(file ->
                            assertThat(Files.readString(file)).as("%s", file).doesNotContainPattern(BUILDER));
        }
    }

    @Test
    void alertsAskForMetricsThatExistAndSayWhatToDo() throws Exception {
        Set<String> sections = sections();
        List<JsonNode> alerts = alerts();
        assertThat(alerts).hasSizeGreaterThan(8);
        for (JsonNode alert : alerts) {
            String name = alert.required("alert").asText();
            assertOnlyKnown(name, alert.required("expr").asText());
            assertThat(alert.required("labels").required("severity").asText())
                    .as(name)
                    .isIn("page", "ticket");
            JsonNode annotations = alert.required("annotations");
            assertThat(annotations.required("summary").asText()).as(name).isNotBlank();
            String runbook = annotations.required("runbook").asText();
            assertThat(sections).as(name).contains(runbook);
        }
        assertThat(alerts.stream().map(alert -> alert.get("alert").asText())).doesNotHaveDuplicates();
    }

    @Test
    void operationsListsTheSectionsOfItsDocuments() throws Exception {
        List<String> listed = Pattern.compile("\\]\\((\\w+\\.md#[\\w-]+)\\)")
                .matcher(Files.readString(DOCS.resolve("operations.md")))
                .results()
                .map(link -> DOCS + "/" + link.group(1))
                .toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(sections());
    }

    @Test
    void dashboardAsksForMetricsThatExist() throws Exception {
        List<JsonNode> panels = new ObjectMapper().readTree(DASHBOARD.toFile()).findParents("expr");
        assertThat(panels).hasSizeGreaterThan(10);
        panels.forEach(target -> assertOnlyKnown("dashboard", target.get("expr").asText()));
    }

    @Test
    void prometheusAcceptsTheAlerts() throws Exception {
        assumeTrue(onPath("promtool"), "The alerts are not checked: promtool is not on this machine.");
        Processes.Finished checked = Processes.run(new ProcessBuilder("promtool", "check", "rules", ALERTS.toString()));
        assertThat(checked.status()).as(checked.output()).isZero();
        Processes.Finished tested =
                Processes.run(new ProcessBuilder("promtool", "test", "rules", "src/test/resources/alerts-test.yml"));
        assertThat(tested.status()).as(tested.output()).isZero();
    }

    /** Registers every metric; {@link ShippedLibrariesIT} checks those of a daemon. */
    @Test
    void prometheusAcceptsTheMetrics(@TempDir Path directory) throws Exception {
        try (Meters meters = new Meters()) {
            DocumentedMetrics.defined().values().forEach(metric -> register(metric, meters.registry()));
            assertScrape(Files.writeString(directory.resolve("scrape"), meters.scrape()));
        }
    }

    private static void register(Metric metric, MeterRegistry registry) {
        String[] values = metric.labels().toArray(String[]::new);
        switch (metric.kind()) {
            case GAUGE -> metric.gauge(registry, metric, of -> 1, values);
            case COUNTER -> metric.counter(registry, values).increment();
            case TIMER -> metric.timer(registry, values).record(Duration.ofSeconds(1));
            case SUMMARY -> metric.summary(registry, values).record(1);
        }
    }

    /** Every metric of the program in a scrape is documented, and Prometheus' linter has nothing to say. */
    static void assertScrape(Path scrape) throws Exception {
        Set<String> documented = DocumentedMetrics.documented().keySet();
        List<String> families = Pattern.compile("(?m)^# TYPE (tributary_\\w+) ")
                .matcher(Files.readString(scrape))
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.endsWith("_max"))
                .toList();
        assertThat(families).contains("tributary_changes_total").isSubsetOf(documented);
        if (onPath("promtool")) {
            Processes.Finished checked =
                    Processes.run(new ProcessBuilder("promtool", "check", "metrics").redirectInput(scrape.toFile()));
            assertThat(checked.status()).as(checked.output()).isZero();
        }
    }

    private void assertOnlyKnown(String where, String expression) {
        Set<String> labels = new TreeSet<>();
        METRIC.matcher(expression).results().forEach(found -> {
            String series = found.group(1);
            String name = documented.containsKey(series)
                    ? series
                    : SERIES.matcher(series).replaceFirst("");
            assertThat(documented).as(where + ": " + expression).containsKey(name);
            labels.addAll(documented.get(name));
            if (found.group(2) != null) {
                Stream.of(found.group(2).split(","))
                        .map(matcher -> matcher.replaceFirst("[=!~].*", "").strip())
                        .filter(label -> !label.isEmpty())
                        .forEach(label -> assertThat(documented.get(name))
                                .as(where + ": " + expression)
                                .contains(label));
            }
        });
        labels.addAll(Set.of("le", "instance", "area"));
        GROUPING.matcher(expression).results().forEach(by -> assertThat(labels)
                .as(where + ": " + expression)
                .contains(by.group(1).split(", ?")));
    }

    private static List<JsonNode> alerts() throws Exception {
        return new ObjectMapper(new YAMLFactory()).readTree(ALERTS.toFile()).findParents("alert");
    }

    /** The sections of the documents of operations, with anchors as GitHub makes them from headings. */
    private static Set<String> sections() throws Exception {
        List<Path> documents = DOCUMENT.matcher(Files.readString(DOCS.resolve("operations.md")))
                .results()
                .map(row -> DOCS.resolve(row.group(1)))
                .toList();
        assertThat(documents).hasSize(5);
        Set<String> sections = new TreeSet<>();
        for (Path document : documents) {
            Files.readAllLines(document).stream()
                    .filter(line -> line.startsWith("## "))
                    .map(line -> line.substring(3)
                            .toLowerCase(java.util.Locale.ROOT)
                            .replaceAll("[^\\w -]", "")
                            .replace(' ', '-'))
                    .forEach(anchor -> sections.add(document + "#" + anchor));
        }
        return sections;
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
