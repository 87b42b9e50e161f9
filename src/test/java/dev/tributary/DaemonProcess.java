package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A daemon in a separate process. Closing kills it. */
final class DaemonProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final long startedAt = System.nanoTime();

    private DaemonProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "daemon-output");
        reader.setDaemon(true);
        reader.start();
    }

    static DaemonProcess start(Path directory, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
        builder.environment().putAll(environment);
        return new DaemonProcess(builder.start());
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (output) {
                    output.add(line);
                    output.notifyAll();
                }
            }
        } catch (IOException e) {
            // The process was killed; its output so far is kept.
        }
        synchronized (output) {
            output.notifyAll();
        }
    }

    /** Waits for a line of output that contains the pattern. */
    Matcher awaitLine(String pattern) throws InterruptedException {
        Pattern compiled = Pattern.compile(pattern);
        long end = System.nanoTime() + LIMIT.toNanos();
        int next = 0;
        synchronized (output) {
            while (true) {
                for (; next < output.size(); next++) {
                    Matcher matcher = compiled.matcher(output.get(next));
                    if (matcher.find()) {
                        return matcher;
                    }
                }
                long left = end - System.nanoTime();
                if (left <= 0 || !process.isAlive()) {
                    throw new AssertionError("no line matches " + pattern + " in:\n" + String.join("\n", output));
                }
                TimeUnit.NANOSECONDS.timedWait(output, Math.min(left, TimeUnit.SECONDS.toNanos(1)));
            }
        }
    }

    /** Waits until the daemon is ready. */
    DaemonProcess awaitReady() throws InterruptedException {
        awaitLine("is ready");
        return this;
    }

    /** Address of the endpoint, from the banner. */
    URI writes() throws InterruptedException {
        return URI.create(awaitLine("POST (http://\\S+)").group(1));
    }

    /** Address of its DynamoDB Local, from the banner. */
    URI dynamoDb() throws InterruptedException {
        return URI.create(awaitLine("DynamoDB +(http://\\S+)").group(1));
    }

    /** The largest resident set so far; -1 except on Linux. */
    long peakResidentMegabytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        return !Files.exists(status)
                ? -1
                : Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                        .findFirst()
                        .orElse(-1);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).as("kill -%s", name).isZero();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int awaitExit(Duration atMost) throws InterruptedException {
        assertThat(process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
                .as("ends within %s; its output:\n%s", atMost, output())
                .isTrue();
        return process.exitValue();
    }

    /** The output so far. */
    String output() {
        synchronized (output) {
            return String.join("\n", output);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
