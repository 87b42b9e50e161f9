package dev.tributary.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The requests of a soak, each with its expected reply, and the unexpected replies. Safe for any thread. */
final class SoakRequests {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Number of items that requests choose from; bounds the table. */
    private static final int ITEMS = 5000;

    /** Most requests without a reply; further ones are skipped and counted. */
    private static final int OPEN = 200;

    private static final int LINES = 50;

    /** Part of a line of a bulk reply whose document was written. */
    private static final String WRITTEN = "\"status\":201";

    private final HttpClient client;
    private final URI users;
    private final URI admin;
    private final Semaphore open = new Semaphore(OPEN);
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong unexpected = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private final Map<String, Long> reasons = new TreeMap<>();

    SoakRequests(HttpClient client, URI users, URI admin) {
        this.client = client;
        this.users = users;
        this.admin = admin;
    }

    /**
     * A request and its expected reply.
     *
     * @param statuses any of these is expected
     * @param written number of documents that have to be written, if the reply has a line for each
     */
    private record Planned(HttpRequest request, List<Integer> statuses, int written) {

        Planned(HttpRequest request, Integer... statuses) {
            this(request, List.of(statuses), 0);
        }

        boolean isAnswer(HttpResponse<String> response) {
            return statuses.contains(response.statusCode()) && response.body().split(WRITTEN, -1).length > written;
        }
    }

    long sent() {
        return sent.get();
    }

    long unexpected() {
        return unexpected.get();
    }

    long leftOut() {
        return leftOut.get();
    }

    /** Number of unexpected replies by method and status. */
    String reasons() {
        synchronized (reasons) {
            return reasons.toString();
        }
    }

    /** Waits until every request has its reply. */
    void awaitAnswers() throws InterruptedException {
        open.acquire(OPEN);
        open.release(OPEN);
    }

    /** Sends the next request, unless too many are without a reply. */
    void send() {
        if (!open.tryAcquire()) {
            leftOut.incrementAndGet();
            return;
        }
        Planned planned = plan(sent.getAndIncrement());
        var unused = client.sendAsync(planned.request(), BodyHandlers.ofString())
                .whenComplete((HttpResponse<String> response, Throwable failure) -> {
                    if (failure != null || !planned.isAnswer(response)) {
                        unexpected.incrementAndGet();
                        count(planned.request().method() + " " + reason(response, failure));
                    }
                    open.release();
                });
    }

    private static String reason(@Nullable HttpResponse<String> response, @Nullable Throwable failure) {
        if (response == null) {
            return String.valueOf(failure);
        }
        return response.statusCode() == 200 ? "200 with refused documents" : Integer.toString(response.statusCode());
    }

    private void count(String reason) {
        synchronized (reasons) {
            reasons.merge(reason, 1L, Long::sum);
        }
    }

    /** Cycles through the kinds: of a hundred, 40 posts, 20 puts, 20 reads, and 20 of rarer kinds. */
    private Planned plan(long number) {
        int user = Math.floorMod(number * 2_654_435_761L, ITEMS);
        int kind = (int) (number % 100);
        String item = "/users/" + user + "%40example.com";
        if (kind < 40) {
            return new Planned(post(document(user, number)).build(), 201);
        }
        if (kind < 60) {
            HttpRequest.Builder put = json(item).PUT(BodyPublishers.ofString(document(user, number)));
            return new Planned(put.build(), 201, 204);
        }
        if (kind < 80) {
            return new Planned(request(item).GET().build(), 200, 404);
        }
        if (kind < 85) {
            return new Planned(request(item).DELETE().build(), 204);
        }
        if (kind < 93) {
            HttpRequest.Builder post = post(document(user, number)).header("Idempotency-Key", "k" + number);
            return new Planned(post.build(), 201);
        }
        if (kind < 94) {
            String lines = IntStream.range(0, LINES)
                    .mapToObj(n -> document((user + n) % ITEMS, number) + "\n")
                    .collect(Collectors.joining());
            HttpRequest.Builder post = request("/users")
                    .header("Content-Type", "application/x-ndjson")
                    .POST(BodyPublishers.ofString(lines));
            return new Planned(post.build(), List.of(200), LINES);
        }
        if (kind < 97) {
            return new Planned(post("{\"email\":" + number + "}").build(), 422);
        }
        if (kind < 98) {
            return new Planned(request("/nowhere/" + number).GET().build(), 404, 405);
        }
        return new Planned(
                HttpRequest.newBuilder(admin.resolve(kind < 99 ? "/health" : "/metrics"))
                        .timeout(PATIENCE)
                        .build(),
                200);
    }

    /** Every write moves the user to another city, so the row in the target moves too. */
    private static String document(int user, long number) {
        return "{\"email\":\"%d@example.com\",\"state\":\"state-%d\",\"city\":\"city-%d-%d\",\"visits\":%d,\"payload\":\"%s\"}"
                .formatted(user, user % 50, user, number % 7, number, "x".repeat(200));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(users.resolve(path)).timeout(PATIENCE);
    }

    private HttpRequest.Builder json(String path) {
        return request(path).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder post(String document) {
        return json("/users").POST(BodyPublishers.ofString(document));
    }
}
