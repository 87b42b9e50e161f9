package dev.tributary;

import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Lists the classes that a daemon and the commands load, for the class-data archive of an installation. The build of a
 * release runs it, see {@code pom.xml}.
 */
final class StartupClasses {

    private StartupClasses() {}

    /**
     * Writes the list.
     *
     * @param arguments class path of the distribution; the file to write
     */
    public static void main(String[] arguments) throws Exception {
        String classPath = arguments[0];
        Path list = Path.of(arguments[1]).toAbsolutePath();
        Files.createDirectories(list.getParent());
        Path directory = Files.createTempDirectory(list.getParent(), "run");
        List<String> tributary = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                "dev.tributary.Main");
        Path ofDaemon = directory.resolve("daemon.classes");
        try (LocalDynamoDb dynamo = new LocalDynamoDb();
                Daemons daemons = new Daemons(dynamo, directory, tributary)) {
            EveryFeature.use(dynamo, directory, daemons, "-XX:DumpLoadedClassList=" + ofDaemon);
        }
        Set<String> classes = new LinkedHashSet<>();
        try (Stream<String> lines = Files.lines(ofDaemon)) {
            lines.filter(line -> !line.startsWith("#")).forEach(classes::add);
        }
        Files.write(list, classes);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        System.exit(0); // DynamoDB Local has non-daemon threads
    }
}
