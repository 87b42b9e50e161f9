package dev.tributary;

import dev.tributary.local.LocalDynamoDb;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Lists the classes that a daemon and the commands load, for the class-data archive of an installation. Builds that
 * make an archive run it, see {@code pom.xml}.
 */
final class StartupClasses {

    private StartupClasses() {}

    /**
     * Writes the list.
     *
     * @param arguments class path of the distribution; the file to write
     */
    @SuppressWarnings("CatchAndPrintStackTrace") // seen in the output of the build
    public static void main(String[] arguments) {
        int exitCode = 1;
        try {
            write(arguments[0], Path.of(arguments[1]).toAbsolutePath());
            exitCode = 0;
        } catch (Exception | AssertionError e) {
            e.printStackTrace();
        } finally {
            System.exit(exitCode); // DynamoDB Local has non-daemon threads
        }
    }

    private static void write(String classPath, Path list) throws Exception {
        Files.createDirectories(list.getParent());
        Path directory = Files.createTempDirectory(list.getParent(), "run");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> tributary = List.of(java, "-XX:TieredStopAtLevel=1", "-cp", classPath, "dev.tributary.Main");
        Path ofDaemon = directory.resolve("daemon.classes");
        Path ofCommands = directory.resolve("commands.classes");
        try (LocalDynamoDb dynamo = new LocalDynamoDb();
                Daemons daemons = new Daemons(dynamo, directory, tributary)) {
            EveryFeature.use(dynamo, directory, daemons, "-XX:DumpLoadedClassList=" + ofDaemon);
            List<String> commands = List.of(
                    java,
                    "-XX:TieredStopAtLevel=1",
                    "-XX:DumpLoadedClassList=" + ofCommands,
                    "-cp",
                    classPath + File.pathSeparator + ownDirectory(),
                    EveryCommand.class.getName(),
                    daemons.configuration(0).toString(),
                    "email=a@example.com");
            try (DaemonProcess process = DaemonProcess.start(directory, daemons.credentials(), commands)) {
                if (process.awaitExit(Duration.ofMinutes(1)) != 0) {
                    throw new IllegalStateException("a command failed:\n" + process.output());
                }
            }
        }
        Set<String> classes = new LinkedHashSet<>();
        for (Path listed : List.of(ofDaemon, ofCommands)) {
            try (Stream<String> lines = Files.lines(listed)) {
                lines.filter(line -> !line.startsWith("#") && !line.contains(EveryCommand.class.getSimpleName()))
                        .forEach(classes::add);
            }
        }
        Files.write(list, classes);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Path ownDirectory() throws URISyntaxException {
        return Path.of(StartupClasses.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
