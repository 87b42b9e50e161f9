package dev.tributary.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for a target that is far away and takes everything: it answers each write as a success, a fixed time after
 * it arrived, and stores nothing. So a measurement shows the limits of the replication and not of a database.
 *
 * <p>Says {@code endpoint <uri>}. Ends when standard input does.
 */
final class DistantTargetProcess {

    private static final int BACKLOG = 1024;
    private static final byte[] STATEMENT = "\"Statement\":".getBytes(StandardCharsets.UTF_8);

    private final long latencyMillis;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);

    private DistantTargetProcess(long latencyMillis) {
        this.latencyMillis = latencyMillis;
    }

    /** Argument: milliseconds from a request to its reply. */
    public static void main(String[] args) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "4096");
        DistantTargetProcess target = new DistantTargetProcess(Long.parseLong(args[0]));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.createContext("/", target::handle);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        System.out.println("endpoint http://127.0.0.1:" + server.getAddress().getPort());
        while (System.in.read() >= 0) {
            // Input is ignored; its end is the signal to stop.
        }
        System.exit(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        byte[] reply = reply(exchange.getRequestHeaders().getFirst("X-Amz-Target"), body);
        timer.schedule(() -> answer(exchange, reply), latencyMillis, TimeUnit.MILLISECONDS);
    }

    private void answer(HttpExchange exchange, byte[] reply) {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(200, reply.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(reply);
            }
        } catch (IOException e) {
            System.err.println("distant target: " + e);
        }
    }

    private static byte[] reply(String operation, byte[] body) {
        if (!operation.endsWith(".BatchExecuteStatement")) {
            return "{}".getBytes(StandardCharsets.UTF_8);
        }
        int statements = count(body, STATEMENT);
        return ("{\"Responses\":[" + "{},".repeat(statements - 1) + "{}]}").getBytes(StandardCharsets.UTF_8);
    }

    private static int count(byte[] text, byte[] word) {
        int count = 0;
        for (int i = 0; i + word.length <= text.length; i++) {
            if (text[i] == '"' && Arrays.equals(text, i, i + word.length, word, 0, word.length)) {
                count++;
            }
        }
        return count;
    }
}
