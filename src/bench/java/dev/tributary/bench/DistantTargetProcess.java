package dev.tributary.bench;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
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

    private static final byte[] STATEMENT = "\"Statement\":".getBytes(StandardCharsets.UTF_8);

    private final long latencyMillis;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);

    private DistantTargetProcess(long latencyMillis) {
        this.latencyMillis = latencyMillis;
    }

    /** Argument: milliseconds from a request to its reply. */
    public static void main(String[] args) throws IOException {
        StandIn.serve(new DistantTargetProcess(Long.parseLong(args[0]))::handle);
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        byte[] reply = reply(exchange.getRequestHeaders().getFirst("X-Amz-Target"), body);
        timer.schedule(() -> answer(exchange, reply), latencyMillis, TimeUnit.MILLISECONDS);
    }

    private void answer(HttpExchange exchange, byte[] reply) {
        try (exchange) {
            StandIn.reply(exchange, reply);
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
