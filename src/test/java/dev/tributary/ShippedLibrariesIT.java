package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The libraries of the distribution are those that were reviewed, and the daemon needs no others. */
class ShippedLibrariesIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Path FOUND_BY_THE_BUILD = Path.of("target/THIRD-PARTY.txt");
    private static final Pattern REFERRING_JAR = Pattern.compile("(.+?)-\\d\\S*\\.jar -> .*");
    private static final Pattern MISSING_CLASS = Pattern.compile("\\s+(\\S+)\\s+-> ([\\w.]+)\\.[^.\\s]+\\s+not found");
    private static final Pattern LOADED_FROM = Pattern.compile("source: file:\\S*/lib/(\\S+\\.jar)");

    private final Path distribution = Path.of(System.getProperty("tributary.distribution"));
    private final Path lib = distribution.resolve("lib");
    private final String ownJar = distribution.getFileName() + ".jar";

    @TempDir
    private Path directory;

    @Test
    void theListOfThirdPartyLibrariesIsReviewed() {
        assertThat(ShippedLibrary.LIST)
                .as(
                        "a library, a version or a licence came or went; if that is right: cp %s %s",
                        FOUND_BY_THE_BUILD, ShippedLibrary.LIST)
                .hasSameTextualContentAs(FOUND_BY_THE_BUILD);
        assertThat(distribution.resolve("THIRD-PARTY.txt")).hasSameTextualContentAs(ShippedLibrary.LIST);
    }

    @Test
    void theListedJarsShipAndOurOwn() throws IOException {
        Set<String> expected =
                ShippedLibrary.all().stream().map(ShippedLibrary::jar).collect(Collectors.toCollection(TreeSet::new));
        expected.add(ownJar);
        try (Stream<Path> jars = Files.list(lib)) {
            assertThat(jars.map(jar -> jar.getFileName().toString())).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "tributary.release", matches = "true")
    void theBillOfMaterialsNamesTheListedLibrariesAndNothingThatChangesWithoutThem() throws IOException {
        JsonNode sbom = new ObjectMapper()
                .readTree(distribution.resolve("sbom.cdx.json").toFile());
        assertThat(sbom.required("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(StreamSupport.stream(sbom.required("components").spliterator(), false)
                        .map(component -> component.required("purl").asText()))
                .containsExactlyInAnyOrderElementsOf(ShippedLibrary.all().stream()
                        .map(library -> "pkg:maven/%s/%s@%s?type=jar"
                                .formatted(library.group(), library.artifact(), library.version()))
                        .toList());
        assertThat(sbom.has("serialNumber")).isFalse();
        assertThat(sbom.required("metadata").has("timestamp")).isFalse();
    }

    @Test
    void ourJarHasTheLicence() throws IOException {
        try (JarFile jar = new JarFile(lib.resolve(ownJar).toFile())) {
            assertThat(jar.getInputStream(jar.getJarEntry("META-INF/LICENSE")).readAllBytes())
                    .isEqualTo(Files.readAllBytes(Path.of("LICENSE")));
        }
    }

    /** The classes that ours refer to, and those found by name: the log encoder and the credentials of assumed roles. */
    @Test
    void whatReachableClassesMissIsWhatNoPathNeeds() throws IOException {
        List<Path> roots = new ArrayList<>(List.of(lib.resolve(ownJar)));
        for (ShippedLibrary library : ShippedLibrary.all()) {
            if (Set.of("sts", "logstash-logback-encoder").contains(library.artifact())) {
                roots.add(lib.resolve(library.jar()));
            }
        }
        Map<String, Set<String>> allowed = missingPackages();
        Map<String, Set<String>> used = new TreeMap<>();
        List<String> unexpected = new ArrayList<>();
        String jar = "";
        for (String line : missingClasses(roots)) {
            Matcher referrer = REFERRING_JAR.matcher(line);
            Matcher missing = MISSING_CLASS.matcher(line);
            if (referrer.matches()) {
                jar = referrer.group(1);
            } else if (missing.matches()) {
                Set<String> referrers = allowed.getOrDefault(missing.group(2), Set.of());
                String by = referrers.contains(jar) ? jar : missing.group(1);
                used.computeIfAbsent(missing.group(2), name -> new TreeSet<>()).add(by);
                if (!referrers.contains(by)) {
                    unexpected.add(line.strip() + " (" + jar + ")");
                }
            }
        }
        assertThat(unexpected)
                .as("references to classes that do not ship; ship them, or say in missing-packages.txt why not")
                .isEmpty();
        assertThat(allowed)
                .as("missing-packages.txt without what is out of date")
                .isEqualTo(used);
    }

    @Test
    void everyLibraryIsLoadedOrSaysWhyItShips() throws Exception {
        Path log = directory.resolve("classes.log");
        Set<String> unused =
                ShippedLibrary.all().stream().map(ShippedLibrary::coordinates).collect(Collectors.toSet());
        unused.removeAll(lines("never-loaded.txt"));
        try (Daemons daemons = new Daemons(dynamo, directory)) {
            // Not from a class-data archive, which does not tell the library.
            EveryFeature.use(dynamo, directory, daemons, "-Xshare:off -Xlog:class+load:file=" + log);
        }
        ObservabilityFilesTest.assertScrape(directory.resolve(EveryFeature.SCRAPE));
        Set<String> loaded = new TreeSet<>();
        for (String line : Files.readAllLines(log)) {
            Matcher source = LOADED_FROM.matcher(line);
            if (source.find()) {
                loaded.add(source.group(1));
            }
        }
        ShippedLibrary.all().stream()
                .filter(library -> loaded.contains(library.jar()))
                .forEach(library -> unused.remove(library.coordinates()));
        assertThat(loaded).contains(ownJar);
        assertThat(unused)
                .as("libraries of which no class is loaded; leave them out, or say in never-loaded.txt why not")
                .isEmpty();
    }

    private List<String> missingClasses(List<Path> roots) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("--recursive", "--missing-deps", "--multi-release", "17", "--class-path"));
        try (Stream<Path> jars = Files.list(lib)) {
            command.add(jars.map(Path::toString).sorted().collect(Collectors.joining(":")));
        }
        roots.forEach(root -> command.add(root.toString()));
        StringWriter output = new StringWriter();
        ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
        int status = jdeps.run(new PrintWriter(output), new PrintWriter(output), command.toArray(String[]::new));
        assertThat(status).as("jdeps: %s", output).isZero();
        return output.toString().lines().toList();
    }

    /** From each missing package to the libraries that may refer to it. */
    private static Map<String, Set<String>> missingPackages() throws IOException {
        return lines("missing-packages.txt").stream()
                .map(line -> line.split(": "))
                .collect(Collectors.toMap(
                        parts -> parts[0],
                        parts -> new TreeSet<>(List.of(parts[1].split(", "))),
                        (a, b) -> a,
                        TreeMap::new));
    }

    private static List<String> lines(String resource) throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/dev/tributary", resource)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
