package dev.tributary;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints the ten test classes that took longest in this build, more with {@code -Dtributary.slowest=100}. Maven runs it,
 * with the directories of the reports.
 */
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
        Map<String, Double> cpu = cpuSeconds(start);
        System.out.println("Slowest test classes:");
        seconds.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(Integer.getInteger("tributary.slowest", 10))
                .forEach(entry -> System.out.printf(
                        "%6.1f s  %6.1f s of CPU  %s%n",
                        entry.getValue(), cpu.getOrDefault(entry.getKey(), Double.NaN), entry.getKey()));
    }

    /** From the reports of {@link CpuSeconds}, one for each JVM of tests. */
    private static Map<String, Double> cpuSeconds(Instant start) throws IOException {
        Map<String, Double> seconds = new HashMap<>();
        File[] reports = CpuSeconds.DIRECTORY.toFile().listFiles();
        for (File report : reports == null ? new File[0] : reports) {
            if (report.lastModified() >= start.toEpochMilli()) {
                for (String line : Files.readAllLines(report.toPath())) {
                    String[] fields = line.split(" ", -1);
                    seconds.merge(fields[0], Double.parseDouble(fields[1]), Double::sum);
                }
            }
        }
        return seconds;
    }
}
