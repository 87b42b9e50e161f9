package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tributary.Processes.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive that {@code mvn package} builds for users. */
class DistributionIT {

    private static final long LARGEST_ARCHIVE = 64L * 1024 * 1024;

    /** DynamoDB Local, whose licence allows development and test only, and libraries that only it needs. */
    private static final Pattern DYNAMODB_LOCAL = Pattern.compile("(?i).*(dynamodb-?local|sqlite|partiql|ion-java).*");

    private static final Pattern TEST_LIBRARY =
            Pattern.compile("(junit|assertj|awaitility|jqwik|archunit|opentest4j|apiguardian).*");

    private final Path distribution = Path.of(System.getProperty("tributary.distribution"));
    private final Path archive = distribution.resolveSibling(distribution.getFileName() + ".tar.gz");

    @Test
    void directoryHasWhatAnOperatorNeeds() {
        assertThat(distribution.resolve("bin/tributary")).isExecutable();
        assertThat(List.of(
                        "LICENSE",
                        "CHANGELOG.md",
                        "lib/" + distribution.getFileName() + ".jar",
                        "config/systemd/tributary.service"))
                .allSatisfy(file -> assertThat(distribution.resolve(file)).isNotEmptyFile());
    }

    @Test
    void libraryHasNothingOfDynamoDbLocalNorOfTheTests() throws IOException {
        List<String> jars = names(distribution.resolve("lib"));
        assertThat(jars)
                .hasSizeGreaterThan(50)
                .anyMatch(jar -> jar.startsWith("amazon-kinesis-client-"))
                .allMatch(jar -> jar.endsWith(".jar"))
                .noneMatch(jar -> DYNAMODB_LOCAL.matcher(jar).matches())
                .noneMatch(jar -> TEST_LIBRARY.matcher(jar).matches());
    }

    @Test
    void archiveHoldsTheSameFilesBelowOneDirectory() throws Exception {
        try (Stream<Path> files = Files.walk(distribution)) {
            List<String> expected = files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".jsa")) // made for the daemons of the tests
                    .map(file -> distribution.getParent().relativize(file).toString())
                    .toList();
            assertThat(tar("-tzf"))
                    .filteredOn(entry -> !entry.endsWith("/"))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void archiveKeepsTheScriptExecutable() throws Exception {
        assertThat(tar("-tvzf"))
                .filteredOn(entry -> entry.endsWith("/bin/tributary"))
                .singleElement()
                .asString()
                .startsWith("-rwxr-xr-x");
    }

    @Test
    void archiveStaysSmall() throws IOException {
        assertThat(Files.size(archive)).as("bytes of %s", archive).isLessThan(LARGEST_ARCHIVE);
    }

    @Test
    void systemdAcceptsTheUnit(@TempDir Path temporary) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/systemd-analyze")),
                "The systemd unit is not verified: /usr/bin/systemd-analyze is not on this machine.");
        String unit = Files.readString(distribution.resolve("config/systemd/tributary.service"));
        String installed = "ExecStart=/opt/tributary/bin/tributary ";
        assertThat(unit).contains(installed);
        Path here = Files.writeString(
                temporary.resolve("tributary.service"),
                unit.replace(installed, "ExecStart=" + distribution.resolve("bin/tributary") + " "));
        Finished verify =
                Processes.run(new ProcessBuilder("/usr/bin/systemd-analyze", "verify", "--man=no", here.toString()));
        // Unknown settings are only reported, not counted as errors.
        assertThat(verify.output()).isEmpty();
        assertThat(verify.status()).isZero();
    }

    private List<String> tar(String mode) throws Exception {
        Finished tar = Processes.run(new ProcessBuilder("tar", mode, archive.toString()));
        assertThat(tar.status()).as(tar.output()).isZero();
        return tar.output().lines().toList();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
