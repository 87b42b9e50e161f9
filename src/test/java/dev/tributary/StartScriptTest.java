package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.Processes.Finished;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code bin/tributary} with a {@code java} that prints its version and its arguments. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "bin/tributary is a POSIX shell script")
class StartScriptTest {

    @TempDir
    Path temporary;

    private Path home;
    private Path script;
    private Path jar;

    @BeforeEach
    void install() throws IOException {
        home = Files.createDirectories(temporary.resolve("opt dir/tributary")).toRealPath();
        script = Files.createDirectory(home.resolve("bin")).resolve("tributary");
        Files.copy(Path.of("src/main/dist/bin/tributary"), script);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        jar = Files.createFile(Files.createDirectory(home.resolve("lib")).resolve("tributary-1.2.3.jar"));
    }

    @Test
    void passesArgumentsThroughUnchanged() throws Exception {
        List<String> command =
                javaArguments(Map.of("JAVA_HOME", java("17.0.15")), "run", "--config", "a b/*.properties", "");
        assertThat(command).endsWith("dev.tributary.Main", "run", "--config", "a b/*.properties", "");
    }

    @Test
    void classPathIsOurJarWhoseManifestNamesTheOthers() throws Exception {
        assertThat(javaArguments(Map.of("JAVA_HOME", java("17")), "run"))
                .containsSequence("-cp", jar.toString(), "dev.tributary.Main");
    }

    @Test
    void theVersionIsReadFromTheInstallationWithoutStartingAJvm() throws Exception {
        String javaHome = java("8, which is not asked");
        Files.writeString(Path.of(javaHome, "release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.1\"\n");
        assertThat(javaArguments(Map.of("JAVA_HOME", javaHome), "run"))
                .contains("--sun-misc-unsafe-memory-access=allow");
    }

    @Test
    void anArchiveOfTheSameJavaIsUsed() throws Exception {
        Path archive =
                Files.createFile(Files.createDirectory(home.resolve("startup")).resolve("java-17.0.15.jsa"));
        assertThat(javaArguments(Map.of("JAVA_HOME", java("17.0.15")), "run"))
                .contains("-XX:SharedArchiveFile=" + archive);
        assertThat(javaArguments(Map.of("JAVA_HOME", java("17.0.16")), "run"))
                .noneMatch(argument -> argument.contains("SharedArchiveFile"));
    }

    @Test
    void anArchiveNeedsTheListOfClasses() throws Exception {
        Finished finished = Processes.run(command(script, Map.of("JAVA_HOME", java("17")), "archive"));
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.output())
                .startsWith(
                        "tributary: " + home.resolve("startup/classes") + " is missing: this distribution was built");
    }

    @Test
    void findsItsInstallationThroughSymbolicLinks() throws Exception {
        Path absolute = Files.createSymbolicLink(temporary.resolve("absolute"), script);
        Path directory = Files.createDirectory(temporary.resolve("links"));
        Path relative = Files.createSymbolicLink(directory.resolve("relative"), Path.of("../absolute"));
        for (Path link : List.of(absolute, relative)) {
            Finished finished = Processes.run(command(link, Map.of("JAVA_HOME", java("17")), "run"));
            assertThat(finished.output()).contains("[" + jar + "]");
        }
    }

    @Test
    void javaOptionsAreSplitAtBlanksAndOverrideTheDefaults() throws Exception {
        List<String> command = javaArguments(
                Map.of("JAVA_HOME", java("17"), "JAVA_OPTS", "-Xmx1g  -Dfiles=/bin/* -Dfile.encoding=x"), "run");
        assertThat(command)
                .containsSubsequence("-Dfile.encoding=UTF-8", "-Xmx1g", "-Dfiles=/bin/*", "-Dfile.encoding=x", "-cp");
    }

    @Test
    void anotherCollectorTakesThePlaceOfTheSerialOne() throws Exception {
        assertThat(javaArguments(Map.of("JAVA_HOME", java("17"), "JAVA_OPTS", "-Xmx1g"), "run"))
                .contains("-XX:+UseSerialGC");
        for (String collector : List.of("-XX:+UseG1GC", "-XX:+UseZGC")) {
            assertThat(javaArguments(Map.of("JAVA_HOME", java("17"), "JAVA_OPTS", "-Xmx1g " + collector), "run"))
                    .contains(collector)
                    .doesNotContain("-XX:+UseSerialGC");
        }
    }

    /** The default is a 64th of the machine's memory: on a machine of 16 GB that is the whole heap. */
    @Test
    void theHeapStartsSmall() throws Exception {
        assertThat(javaArguments(Map.of("JAVA_HOME", java("17"), "JAVA_OPTS", "-Xmx1g"), "run"))
                .containsSubsequence("-Xms32m", "-Xmx1g");
    }

    @Test
    void healthCheckDoesNotTakeTheOptionsOfTheDaemon() throws Exception {
        List<String> command =
                javaArguments(Map.of("JAVA_HOME", java("17"), "JAVA_OPTS", "-Xmx8g"), "health", "--config", "c");
        assertThat(command).contains("-Xmx32m").doesNotContain("-Xmx8g").endsWith("health", "--config", "c");
    }

    @Test
    void outOfMemoryDoesNotLookLikeATableError() throws Exception {
        assertThat(javaArguments(Map.of("JAVA_HOME", java("17")), "run"))
                .contains("-XX:+CrashOnOutOfMemoryError", "-XX:-CreateCoredumpOnCrash")
                .doesNotContain("-XX:+ExitOnOutOfMemoryError");
    }

    @Test
    void adapterGetsThreadsForItsBlockingCalls() throws Exception {
        assertThat(javaArguments(Map.of("JAVA_HOME", java("17")), "run"))
                .contains("-Djava.util.concurrent.ForkJoinPool.common.parallelism=64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.15", "21-ea", "25.0.1"})
    void acceptsJava17AndNewer(String version) throws Exception {
        assertThat(javaArguments(Map.of("JAVA_HOME", java(version)), "run")).contains("dev.tributary.Main");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_452", "11.0.2", "16-ea"})
    void refusesOlderJava(String version) throws Exception {
        String javaHome = java(version);
        Finished finished = Processes.run(command(script, Map.of("JAVA_HOME", javaHome), "run"));
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.output())
                .isEqualTo(
                        "tributary: %s/bin/java is Java %s, Java 17 or newer is needed. Set JAVA_HOME to a newer one.\n"
                                .formatted(javaHome, version));
    }

    @Test
    void silencesWarningsOfNewerJavaOnlyThere() throws Exception {
        String option = "--sun-misc-unsafe-memory-access=allow";
        assertThat(javaArguments(Map.of("JAVA_HOME", java("25")), "run")).contains(option);
        assertThat(javaArguments(Map.of("JAVA_HOME", java("21")), "run")).doesNotContain(option);
    }

    @Test
    void takesTheJavaOnThePathWithoutJavaHome() throws Exception {
        String path = java("17") + "/bin:" + System.getenv("PATH");
        assertThat(javaArguments(Map.of("PATH", path), "run")).contains("dev.tributary.Main");
    }

    @Test
    void saysWhenJavaHomeHasNoJava() throws Exception {
        Finished finished = Processes.run(command(script, Map.of("JAVA_HOME", "/nowhere"), "run"));
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.output()).startsWith("tributary: JAVA_HOME is '/nowhere', but /nowhere/bin/java is not");
    }

    @Test
    void saysWhenThereIsNoJavaAtAll() throws Exception {
        Path tools = Files.createDirectory(temporary.resolve("tools"));
        Path dirname = Files.writeString(tools.resolve("dirname"), "#!/bin/sh\nexec /usr/bin/dirname \"$@\"\n");
        Files.setPosixFilePermissions(dirname, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessBuilder command = new ProcessBuilder("/bin/sh", script.toString(), "run");
        command.environment().clear();
        command.environment().put("PATH", tools.toString());
        Finished finished = Processes.run(command);
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.output()).startsWith("tributary: no java found");
    }

    @Test
    void signalsReachJava() throws Exception {
        var command = new ProcessBuilder("/bin/sh", "-c", "echo $$; exec \"$0\" run", script.toString());
        command.environment().put("JAVA_HOME", java("17"));
        Finished finished = Processes.run(command);
        List<String> lines = finished.output().lines().toList();
        assertThat(lines.get(1)).as("process id of java").isEqualTo("pid " + lines.get(0));
    }

    private List<String> javaArguments(Map<String, String> environment, String... arguments) throws Exception {
        Finished finished = Processes.run(command(script, environment, arguments));
        assertThat(finished.status()).as(finished.output()).isZero();
        return finished.output()
                .lines()
                .filter(line -> line.startsWith("["))
                .map(line -> line.substring(1, line.length() - 1))
                .toList();
    }

    private static ProcessBuilder command(Path script, Map<String, String> environment, String... arguments) {
        ProcessBuilder command =
                new ProcessBuilder(Stream.concat(Stream.of(script.toString()), Arrays.stream(arguments))
                        .toList());
        List.of("JAVA_HOME", "JAVA_OPTS").forEach(command.environment()::remove);
        command.environment().putAll(environment);
        return command;
    }

    /** A {@code JAVA_HOME} whose {@code java} is a script. */
    private String java(String version) throws IOException {
        Path java = Files.createDirectories(temporary.resolve("jdk-" + version + "/bin"))
                .resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                if [ "$1" = -version ]; then
                  echo 'Picked up _JAVA_OPTIONS: -Dversion="1"' >&2
                  echo 'openjdk version "%s" 2025-04-15' >&2
                  exit
                fi
                echo "pid $$"
                printf '[%%s]\\n' "$@"
                """.formatted(version));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return java.getParent().getParent().toString();
    }
}
