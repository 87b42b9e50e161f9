package dev.tributary;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints the ten test classes that took longest in this build. Maven runs it, with the directories of the reports. */
final class SlowestTestClasses {

    private static final Pattern SUITE = Pattern.compile("<testsuite [^>]*? name=\"([^\"]+)\" time=\"([\\d.]+)\"");

    private SlowestTestClasses() {}

    public static void main(String[] directories) throws IOException {
        // This runs in Maven's JVM, so older reports are those of earlier builds.
        Instant start = ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);
        Map<String, Double> seconds = new HashMap<>();
        for (String directory : directories) {
            File[] reports = new File(directory).listFiles((unused, name) -> name.startsWith("TEST-"));
            for (File report : reports == null ? new File[0] : reports) {
                Matcher suite = SUITE.matcher(Files.readString(report.toPath()));
                if (report.lastModified() >= start.toEpochMilli() && suite.find()) {
                    seconds.merge(suite.group(1), Double.parseDouble(suite.group(2)), Double::sum);
                }
            }
        }
        System.out.println("Slowest test classes:");
        seconds.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(10)
                .forEach(entry -> System.out.printf("%6.1f s  %s%n", entry.getValue(), entry.getKey()));
    }
}
