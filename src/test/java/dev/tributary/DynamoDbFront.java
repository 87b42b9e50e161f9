package dev.tributary;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A proxy in front of DynamoDB Local that can hold, delay, refuse or break calls.
 *
 * <p>A held call is passed on when it is released, even if its caller has given up, as a network delivers what was sent.
 * Safe for any thread.
 */
public final class DynamoDbFront implements AutoCloseable {

    /** The header's name in the JDK's server. */
    private static final int NO_BODY = -1;

    private static final String STREAMS = "DynamoDBStreams_";
    private static final String JSON = "application/x-amz-json-1.0";
    private static final String ERROR =
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\",\"message\":\"refused by the test\"}";

    private final URI tables;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** Connections that may wait to be accepted: a client opens hundreds at once. */
    private static final int BACKLOG = 1024;

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "dynamodb-front");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpServer server;
    private final List<Call> passed = new ArrayList<>();
    private URI streams;
    private UnaryOperator<String> answers = answer -> answer;
    private Predicate<Call> held = call -> false;
    private Predicate<Call> refused = call -> false;
    private Predicate<Call> lost = call -> false;
    private Function<Call, Optional<Answer>> inPlace = call -> Optional.empty();
    private Function<Call, Optional<Answer>> afterwards = call -> Optional.empty();
    private Function<Call, Duration> delays = call -> Duration.ZERO;
    private CompletableFuture<Boolean> release = new CompletableFuture<>();
    private int underWay;
    private int waiting;
    private int refusals;

    static {
        // Read when the server's classes are loaded; without it every reply waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /**
     * A call as received.
     *
     * @param operation name in the API
     * @param body JSON
     */
    public record Call(String operation, String body) {}

    /**
     * A reply in place of the service's.
     *
     * @param missing bytes that are announced and not sent, because the connection breaks before
     */
    public record Answer(int status, String contentType, String body, int missing) {

        /** The reply of a proxy or a load balancer. */
        public static Answer html(int status) {
            return new Answer(status, "text/html", "<html><body>upstream trouble</body></html>", 0);
        }

        public static Answer empty(int status) {
            return new Answer(status, "text/plain", "", 0);
        }

        public static Answer json(int status, String body) {
            return new Answer(status, JSON, body, 0);
        }

        public static Answer brokenOff(String body) {
            return new Answer(200, JSON, body, 10);
        }
    }

    public DynamoDbFront(URI tables) {
        this.tables = tables;
        this.streams = tables;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::exchange);
        server.setExecutor(threads);
        server.start();
    }

    /** Reads streams from another endpoint, and replaces the stream in descriptions of the table. */
    public synchronized void streamsAt(URI endpoint, String ownArn, String arnThere) {
        streams = endpoint;
        answers = answer -> answer.replace(ownArn, arnThere);
    }

    public URI endpoint() {
        InetSocketAddress address = server.getAddress();
        return URI.create("http://" + address.getHostString() + ":" + address.getPort());
    }

    /** Holds these calls from now on, until {@link #release}. */
    public synchronized void hold(Predicate<Call> calls) {
        held = calls;
    }

    /** Delays all calls from now on; they are passed on even if their caller has given up. */
    public synchronized void delay(Function<Call, Duration> calls) {
        delays = calls;
    }

    /** Answers these calls with an error of the service from now on. */
    public synchronized void refuse(Predicate<Call> calls) {
        refused = calls;
    }

    /** Adds this time to every call from now on. */
    public synchronized void delay(Duration each) {
        delays = call -> each;
    }

    /** From now on, passes these calls on and closes their connections without a reply. */
    public synchronized void loseAnswers(Predicate<Call> calls) {
        lost = calls;
    }

    /** From now on, answers calls for which the function has a reply, without passing them on. */
    public synchronized void answerInPlace(Function<Call, Optional<Answer>> calls) {
        inPlace = calls;
    }

    /** From now on, passes calls on, and answers those for which the function has a reply with that. */
    public synchronized void answerAfterwards(Function<Call, Optional<Answer>> calls) {
        afterwards = calls;
    }

    /** Passes on all held calls, and every call from now on. */
    public synchronized void release() {
        end(true);
    }

    /** Passes on all held calls but these, which get an error of the service, as do those from now on. */
    public synchronized void releaseAndRefuse(Predicate<Call> calls) {
        end(true);
        refused = calls;
    }

    /** Discards all held calls, and passes on every call from now on. */
    public synchronized void forget() {
        end(false);
    }

    private void end(boolean pass) {
        held = call -> false;
        delays = call -> Duration.ZERO;
        refused = call -> false;
        lost = call -> false;
        inPlace = call -> Optional.empty();
        afterwards = call -> Optional.empty();
        release.complete(pass);
        release = new CompletableFuture<>();
    }

    /** Number of calls that were received and have not ended. */
    public synchronized int underWay() {
        return underWay;
    }

    /** Number of held calls. */
    public synchronized int waiting() {
        return waiting;
    }

    public synchronized int refusals() {
        return refusals;
    }

    /** Calls that were passed on and answered, in the order of their replies. */
    public synchronized List<Call> passed() {
        return List.copyOf(passed);
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            count(1);
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Call call = new Call(target.substring(target.indexOf('.') + 1), body);
            if (!isRefused(call) && !awaitRelease(call)) {
                return;
            }
            if (isRefused(call)) {
                refuse(exchange);
                return;
            }
            awaitDelay(call);
            Optional<Answer> malformed = inPlace(call);
            if (malformed.isPresent()) {
                answer(exchange, malformed.get());
                return;
            }
            HttpResponse<String> answer = forward(exchange, target, body);
            synchronized (this) {
                passed.add(call);
            }
            if (isLost(call)) {
                return;
            }
            Optional<Answer> other = afterwards(call);
            answer(
                    exchange,
                    other.isPresent()
                            ? other.get()
                            : Answer.json(answer.statusCode(), answers().apply(answer.body())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            count(-1);
        }
    }

    private synchronized void count(int calls) {
        underWay += calls;
    }

    private synchronized boolean isRefused(Call call) {
        return refused.test(call);
    }

    private void refuse(HttpExchange exchange) throws IOException {
        synchronized (this) {
            refusals++;
        }
        answer(exchange, Answer.json(500, ERROR));
    }

    private synchronized Optional<Answer> inPlace(Call call) {
        return inPlace.apply(call);
    }

    private synchronized Optional<Answer> afterwards(Call call) {
        return afterwards.apply(call);
    }

    private synchronized boolean isLost(Call call) {
        return lost.test(call);
    }

    private boolean awaitRelease(Call call) {
        CompletableFuture<Boolean> released;
        synchronized (this) {
            if (!held.test(call)) {
                return true;
            }
            released = release;
            waiting++;
        }
        try {
            return released.join();
        } finally {
            synchronized (this) {
                waiting--;
            }
        }
    }

    private void awaitDelay(Call call) throws InterruptedException {
        Duration delay;
        synchronized (this) {
            delay = delays.apply(call);
            waiting += delay.isZero() ? 0 : 1;
        }
        if (delay.isZero()) {
            return;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
        } finally {
            synchronized (this) {
                waiting--;
            }
        }
    }

    private HttpResponse<String> forward(HttpExchange exchange, String target, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target.startsWith(STREAMS) ? streams() : tables)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (String header : List.of("X-Amz-Target", "X-Amz-Date", "Authorization", "Content-Type")) {
            request.header(header, exchange.getRequestHeaders().getFirst(header));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private synchronized URI streams() {
        return streams;
    }

    private synchronized UnaryOperator<String> answers() {
        return answers;
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", answer.contentType());
        int length = body.length + answer.missing();
        exchange.sendResponseHeaders(answer.status(), length == 0 ? NO_BODY : length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        forget();
        server.stop(0);
        threads.shutdownNow();
    }
}
