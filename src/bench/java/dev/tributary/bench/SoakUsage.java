package dev.tributary.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The resources of a process at one time. Linux only.
 *
 * @param heapKilobytes in use after a full collection
 * @param files open descriptors, including sockets
 */
record SoakUsage(long heapKilobytes, long files, long threads, long rssMegabytes) {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");

    /** Permitted growth: requests in progress during the measurement, and pooled connections. */
    private static final int MORE_HEAP_KILOBYTES = 4096;

    private static final int MORE_FILES = 100;
    private static final int MORE_THREADS = 20;

    /** Measures a process, which makes a full collection for that. */
    static SoakUsage of(long pid) throws IOException {
        return new SoakUsage(
                heapKilobytes(pid), descriptors(pid), status(pid, "Threads:"), status(pid, "VmRSS:") / 1024);
    }

    /**
     * The resources that grew: compares the minimum of the last quarter with that of the second one. The first quarter is
     * warm-up, and load can only add to the minimum.
     *
     * @return a line for each, none if nothing grew
     */
    static List<String> growth(List<SoakUsage> samples) {
        int quarter = samples.size() / 4;
        if (quarter == 0) {
            return List.of("too few lines to compare");
        }
        List<SoakUsage> early = samples.subList(quarter, 2 * quarter);
        List<SoakUsage> late = samples.subList(samples.size() - quarter, samples.size());
        List<String> grown = new ArrayList<>();
        compare("KB of heap", early, late, SoakUsage::heapKilobytes, MORE_HEAP_KILOBYTES, grown);
        compare("files", early, late, SoakUsage::files, MORE_FILES, grown);
        compare("threads", early, late, SoakUsage::threads, MORE_THREADS, grown);
        return grown;
    }

    private static void compare(
            String name,
            List<SoakUsage> early,
            List<SoakUsage> late,
            ToLongFunction<SoakUsage> measure,
            long more,
            List<String> grown) {
        long from = early.stream().mapToLong(measure).min().orElseThrow();
        long to = late.stream().mapToLong(measure).min().orElseThrow();
        if (to > from + more) {
            grown.add("%s grew from %d to %d".formatted(name, from, to));
        }
    }

    private static long heapKilobytes(long pid) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
        Matcher total = TOTAL.matcher(histogram);
        if (!total.find()) {
            throw new IOException("jcmd gave no histogram: " + histogram);
        }
        return Long.parseLong(total.group(1)) / 1024;
    }

    private static long descriptors(long pid) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return descriptors.count();
        }
    }

    private static long status(long pid, String name) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
