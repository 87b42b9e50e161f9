package dev.tributary;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A daemon in a separate process with a heap of 256 MB, raw requests to it, and measurements of the process. Its only
 * resource, {@code /items}, writes a table with the key {@code id}, with the default limits.
 */
final class AttackedDaemon implements AutoCloseable {

    static final int HEAP_MEGABYTES = 256;

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");
    private static final int PATIENCE_MILLIS = 60_000;

    /** Number of lines of the heap histogram in a failure. */
    private static final int LARGEST = 20;

    private final DaemonProcess process;

    /** The classes with the largest part of the heap at its last measurement. */
    private volatile String largest = "";

    private final Path temporary;
    private final URI writes;
    private final URI admin;

    private AttackedDaemon(DaemonProcess process, Path temporary) throws InterruptedException {
        this.process = process;
        this.temporary = temporary;
        process.awaitReady();
        this.writes = process.writes();
        this.admin = URI.create(process.awaitLine("(http://\\S+)/health").group(1));
    }

    /**
     * Resources of the process.
     *
     * @param heapBytes in use after a full collection
     * @param files number of temporary files
     */
    record Usage(long heapBytes, int sockets, int files) {}

    /**
     * A reply as received.
     *
     * @param status 0 if the connection ended without one
     * @param text head and body
     */
    record Answer(int status, String text) {}

    /** @param settings further lines of configuration */
    static AttackedDaemon start(Path directory, LocalDynamoDb dynamo, String table, String... settings)
            throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        DaemonProcess process = new Daemons(dynamo, directory)
                .start(
                        """
                application = %1$s
                write.items.path = /items
                write.items.table = %1$s
                %2$s
                """.formatted(table, String.join("\n", settings)),
                        Map.of(
                                "JAVA_OPTS",
                                "-XX:TieredStopAtLevel=4 -Xmx" + HEAP_MEGABYTES + "m -Djava.io.tmpdir=" + temporary));
        try {
            return new AttackedDaemon(process, temporary);
        } catch (InterruptedException | RuntimeException | Error e) {
            process.close();
            throw e;
        }
    }

    int writePort() {
        return writes.getPort();
    }

    int adminPort() {
        return admin.getPort();
    }

    DaemonProcess process() {
        return process;
    }

    /** A request with a body and {@code Connection: close}. */
    static byte[] request(String line, String headers, String body) {
        byte[] bytes = body.getBytes(ISO_8859_1);
        String head = "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n"
                .formatted(line, bytes.length, headers.isEmpty() ? "" : headers + "\r\n");
        byte[] request = new byte[head.length() + bytes.length];
        System.arraycopy(head.getBytes(ISO_8859_1), 0, request, 0, head.length());
        System.arraycopy(bytes, 0, request, head.length(), bytes.length);
        return request;
    }

    /** Sends a request that has {@code Connection: close}, and reads to the end of the connection. */
    static Answer send(int port, byte[] request) throws IOException {
        try (Socket socket = connect(port)) {
            try {
                socket.getOutputStream().write(request);
            } catch (IOException e) {
                // The server has refused it and closed the connection; the reply can still be read.
            }
            return answer(socket.getInputStream());
        }
    }

    /** Sends one request repeatedly over one connection, and discards the replies. */
    static void repeat(int port, String request, int times) throws Exception {
        try (Socket socket = connect(port)) {
            Thread writer = new Thread(() -> {
                try {
                    OutputStream out = socket.getOutputStream();
                    for (int i = 0; i < times; i++) {
                        out.write(request.getBytes(ISO_8859_1));
                    }
                    socket.shutdownOutput();
                } catch (IOException e) {
                    // The server ended the connection.
                }
            });
            writer.start();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            writer.join(PATIENCE_MILLIS);
        }
    }

    /** Sends a request several times concurrently, each over a separate connection. */
    static List<Answer> together(int port, int times, byte[] request) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<Future<Answer>> sent = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                Callable<Answer> send = () -> send(port, request);
                sent.add(threads.submit(send));
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> one : sent) {
                answers.add(one.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static Answer answer(InputStream in) {
        StringBuilder text = new StringBuilder();
        try {
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                text.append(new String(buffer, 0, read, ISO_8859_1));
            }
        } catch (IOException e) {
            // The connection was reset: the reply is what was received before.
        }
        Matcher status = STATUS.matcher(text);
        return new Answer(status.lookingAt() ? Integer.parseInt(status.group(1)) : 0, text.toString());
    }

    /** CPU time of all threads since the start. */
    Duration cpu() {
        return process.handle().info().totalCpuDuration().orElseThrow();
    }

    /** The classes with the largest part of the heap at its last measurement. */
    String largest() {
        return largest;
    }

    Usage usage() throws Exception {
        return new Usage(heap(), sockets(), files());
    }

    /** Collects garbage first. */
    private long heap() throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String histogram = Processes.run(new ProcessBuilder(
                        jcmd.toString(), Long.toString(process.handle().pid()), "GC.class_histogram"))
                .output();
        largest = histogram.lines().limit(LARGEST).collect(Collectors.joining("\n"));
        Matcher total = Pattern.compile("(?m)^Total +\\d+ +(\\d+)").matcher(histogram);
        assertThat(total.find()).as("the histogram has a total").isTrue();
        return Long.parseLong(total.group(1));
    }

    private int sockets() throws IOException {
        int sockets = 0;
        try (Stream<Path> descriptors =
                Files.list(Path.of("/proc", Long.toString(process.handle().pid()), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    sockets += Files.readSymbolicLink(descriptor).toString().startsWith("socket:") ? 1 : 0;
                } catch (IOException e) {
                    // It was closed in the meantime.
                }
            }
        }
        return sockets;
    }

    private int files() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return (int) files.filter(file -> !file.getFileName().toString().startsWith("hsperfdata"))
                    .count();
        }
    }

    /**
     * Waits until the process is healthy and uses no more memory, connections and files than before.
     *
     * @param moreHeap permitted growth of the heap in bytes, for classes and pools of the first use
     */
    void assertAsBefore(Usage before, long moreHeap) {
        await().atMost(Duration.ofSeconds(60))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    assertThat(process.isAlive()).as(process.output()).isTrue();
                    Usage now = usage();
                    assertThat(now.files()).as("temporary files").isEqualTo(before.files());
                    assertThat(now.sockets()).as("sockets").isLessThanOrEqualTo(before.sockets() + POOLED_CONNECTIONS);
                    assertThat(now.heapBytes() - before.heapBytes())
                            .as("bytes of heap beside the %d of before:%n%s", before.heapBytes(), largest)
                            .isLessThan(moreHeap);
                });
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(
                        send(adminPort(), request("GET /health", "", "")).status())
                .isEqualTo(200));
    }

    /** Idle connections to DynamoDB, which the client keeps for a minute. */
    private static final int POOLED_CONNECTIONS = 100;

    @Override
    public void close() {
        process.close();
    }
}
