package dev.tributary;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Writes how many CPU seconds each test class takes, together with the processes it starts, to {@link #DIRECTORY}. Only
 * on Linux, which counts them.
 */
public final class CpuSeconds implements TestExecutionListener {

    static final Path DIRECTORY = Path.of("target", "cpu-reports");

    private static final Path COUNTERS = Path.of("/proc/self/stat");

    private final Map<String, Double> atStart = new ConcurrentHashMap<>();

    @Override
    public void executionStarted(TestIdentifier identifier) {
        if (isTestClass(identifier)) {
            atStart.put(identifier.getUniqueId(), soFar());
        }
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        Double start = atStart.remove(identifier.getUniqueId());
        if (start != null) {
            write(((ClassSource) identifier.getSource().orElseThrow()).getClassName(), soFar() - start);
        }
    }

    private static boolean isTestClass(TestIdentifier identifier) {
        return Files.exists(COUNTERS)
                && identifier.getSource().orElse(null) instanceof ClassSource source
                && source.getClassName().indexOf('$') < 0;
    }

    /** CPU seconds of this process and of those that it started and that have ended. */
    private static double soFar() {
        try {
            String counters = Files.readString(COUNTERS);
            // After the name, which may contain blanks: utime, stime, cutime and cstime are fields 14 to 17, in 1/100
            // s.
            List<String> fields = Arrays.asList(
                    counters.substring(counters.lastIndexOf(')') + 2).split(" ", -1));
            return fields.subList(11, 15).stream().mapToLong(Long::parseLong).sum() / 100.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(String testClass, double seconds) {
        try {
            Files.createDirectories(DIRECTORY);
            Files.writeString(
                    DIRECTORY.resolve(ProcessHandle.current().pid() + ".txt"),
                    String.format(Locale.ROOT, "%s %.2f%n", testClass, seconds),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
