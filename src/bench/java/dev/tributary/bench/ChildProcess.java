package dev.tributary.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A main class in a separate JVM with the class path of this one. It reports by lines on its standard output, and ends when
 * its standard input is closed: by {@link #close}, or by the end of this process.
 */
final class ChildProcess implements AutoCloseable {

    private static final Duration LONGEST_STOP = Duration.ofSeconds(20);
    private static final String END = "end of output";

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread reader = new Thread(this::read, name + "-output");
        reader.setDaemon(true);
        reader.start();
    }

    static ChildProcess start(Class<?> main, List<String> jvm, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-Dtributary.log.level=WARN", "-cp", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("AWS_EC2_METADATA_DISABLED", "true");
        return new ChildProcess(main.getSimpleName(), builder.start());
    }

    private void read() {
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add(e.toString());
        }
        lines.add(END);
    }

    /** Waits for a line that starts with the word, and returns the rest of it. */
    String await(String word, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            String line = lines.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new IllegalStateException("%s did not print \"%s\" within %s".formatted(name, word, atMost));
            }
            if (line.equals(END)) {
                throw new IllegalStateException("%s ended without printing \"%s\"".formatted(name, word));
            }
            if (line.startsWith(word)) {
                return line.substring(word.length()).strip();
            }
        }
    }

    /** Writes a line to its standard input. */
    void send(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    long pid() {
        return process.pid();
    }

    /** Core-seconds used so far, in steps of 10 ms on Linux. */
    double cpuSeconds() {
        return cpuSeconds(process);
    }

    /** Core-seconds used by the process so far, in steps of 10 ms on Linux. */
    static double cpuSeconds(Process process) {
        return seconds(process.info());
    }

    /** Core-seconds used by this process so far. */
    static double ownCpuSeconds() {
        return seconds(ProcessHandle.current().info());
    }

    private static double seconds(ProcessHandle.Info info) {
        return info.totalCpuDuration().map(cpu -> cpu.toMillis() / 1000.0).orElse(Double.NaN);
    }

    /** The largest resident set so far. Linux only. */
    double peakRssMegabytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(Double.NaN);
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println(name + " did not stop in time and is killed");
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
