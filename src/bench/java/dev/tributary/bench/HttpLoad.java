package dev.tributary.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Sends requests over persistent connections; each connection waits for its reply before it sends the next request.
 * Blocking sockets and no client library, so that its own cost is small.
 */
final class HttpLoad {

    private static final int PATIENCE_MILLIS = 30_000;

    private final int port;
    private final AtomicLong next = new AtomicLong();

    /**
     * @param perSecond requests per second
     * @param p99 in milliseconds
     */
    record Rate(double perSecond, double p50, double p99) {

        static Rate of(List<long[]> nanos, double seconds) {
            long[] all = nanos.stream().flatMapToLong(Arrays::stream).sorted().toArray();
            return new Rate(all.length / seconds, all[all.length / 2] / 1e6, all[all.length * 99 / 100] / 1e6);
        }
    }

    HttpLoad(int port) {
        this.port = port;
    }

    /**
     * @param request the bytes of a request by its number, which is unique
     * @param status expected of each reply
     */
    Rate run(int connections, Duration time, LongFunction<String> request, int status) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long end = System.nanoTime() + time.toNanos();
            Callable<long[]> client = () -> client(end, request, status);
            List<Future<long[]>> clients = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                clients.add(threads.submit(client));
            }
            List<long[]> nanos = new ArrayList<>();
            for (Future<long[]> each : clients) {
                nanos.add(each.get());
            }
            return Rate.of(nanos, time.toNanos() / 1e9);
        } finally {
            threads.shutdownNow();
        }
    }

    private long[] client(long end, LongFunction<String> request, int status) throws IOException {
        List<Long> nanos = new ArrayList<>();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (System.nanoTime() < end) {
                byte[] bytes = request.apply(next.getAndIncrement()).getBytes(US_ASCII);
                long start = System.nanoTime();
                socket.getOutputStream().write(bytes);
                readAnswer(in, status);
                nanos.add(System.nanoTime() - start);
            }
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }

    /** Reads a reply with a content length, and returns its body. */
    static String readAnswer(InputStream in, int status) throws IOException {
        String line = line(in);
        if (!line.startsWith("HTTP/1.1 " + status)) {
            throw new IOException("expected " + status + "; found " + line);
        }
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        return new String(in.readNBytes(length), US_ASCII);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server closed the connection after: " + line);
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
