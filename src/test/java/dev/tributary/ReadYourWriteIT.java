package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes with {@code Prefer: wait}, each followed by queries of the target through any of the daemons. The property {@code
 * tributary.awaited-writes} sets their number.
 */
class ReadYourWriteIT {

    private static final Logger log = LoggerFactory.getLogger(ReadYourWriteIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int WRITES = Integer.getInteger("tributary.awaited-writes", 160);
    private static final int CLIENTS = 16;
    private static final List<String> STATES = List.of("Utah", "Ohio", "Iowa");

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<URI> daemons = new ArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();

    /** Durations of writes, in nanoseconds. */
    private final Queue<Long> awaited = new ConcurrentLinkedQueue<>();

    private final Queue<Long> plain = new ConcurrentLinkedQueue<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theTargetHasEveryWriteThatWasAwaited(int count) throws Exception {
        String users = dynamo.createTable("users", "email:S", true);
        String byState = dynamo.createTable("users_by_state", "state:S, email:S");
        try (Daemons started = new Daemons(dynamo, directory)) {
            for (int i = 0; i < count; i++) {
                DaemonProcess daemon = started.start("""
                        application = %1$s
                        source.users.table = %1$s
                        source.users.route.by-state.table = %2$s
                        write.users.path = /users
                        write.users.table = %1$s
                        read.by-state.path = /by-state
                        read.by-state.table = %2$s
                        """.formatted(users, byState), Map.of());
                daemon.awaitReady();
                daemons.add(daemon.writes().resolve("/"));
            }
            List<Callable<Void>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                Client next = new Client(client);
                clients.add(() -> {
                    next.run(WRITES / CLIENTS);
                    return null;
                });
            }
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            try {
                for (Future<Void> future : threads.invokeAll(clients)) {
                    future.get();
                }
            } finally {
                threads.shutdownNow();
            }
        }
        log.info(
                "{} daemon(s), {} writes: with wait p50 {} ms, p99 {} ms, without p50 {} ms, p99 {} ms; {} answered 202",
                count,
                WRITES,
                percentile(awaited, 50),
                percentile(awaited, 99),
                percentile(plain, 50),
                percentile(plain, 99),
                accepted);
        assertThat(accepted.get()).as("writes that took longer than the wait").isLessThan(WRITES / 10);
    }

    private static long percentile(Queue<Long> nanos, int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty() ? -1 : sorted.get(sorted.size() * percent / 100) / 1_000_000;
    }

    /** Writes one item again and again: it comes, moves, changes and goes. */
    private final class Client {
        private final Random random;
        private final String email;

        Client(int number) {
            random = new Random(number);
            email = "user" + number + "@example.com";
        }

        void run(int writes) throws Exception {
            for (int version = 0; version < writes; version++) {
                boolean removes = random.nextInt(4) == 0;
                String state = STATES.get(random.nextInt(STATES.size()));
                String body = removes ? "" : "{\"state\":\"%s\",\"version\":%d}".formatted(state, version);
                boolean waits = random.nextInt(5) > 0;
                long start = System.nanoTime();
                HttpResponse<String> written =
                        send(removes ? "DELETE" : "PUT", "users/" + email, body, waits ? "wait=9" : "");
                (waits ? awaited : plain).add(System.nanoTime() - start);
                assertThat(written.statusCode()).as(written.body()).isIn(201, 202, 204);
                boolean applied =
                        written.headers().firstValue("Preference-Applied").isPresent();
                assertThat(applied && written.statusCode() == 202).isFalse();
                if (waits && written.statusCode() == 202) {
                    accepted.incrementAndGet();
                }
                if (applied) {
                    check(removes ? "" : state, version);
                }
            }
        }

        /** @param state the one under which the item's row is; empty if there is none */
        private void check(String state, int version) throws Exception {
            for (String other : STATES) {
                String query = "by-state?state=%s&email.begins-with=%s&consistent=true".formatted(other, email);
                HttpResponse<String> rows = send("GET", query, "", "");
                String row = "{\"state\":\"%s\",\"email\":\"%s\",\"version\":%d}".formatted(other, email, version);
                assertThat(rows.body())
                        .as("stale: %s", state)
                        .isEqualTo("{\"items\":[%s]}\n".formatted(other.equals(state) ? row : ""));
            }
        }

        private HttpResponse<String> send(String method, String path, String body, String prefer) throws Exception {
            URI daemon = daemons.get(random.nextInt(daemons.size()));
            HttpRequest.Builder request = HttpRequest.newBuilder(daemon.resolve("/" + path))
                    .timeout(Duration.ofSeconds(20))
                    .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
            if (!body.isEmpty()) {
                request.setHeader("Content-Type", "application/json");
            }
            if (!prefer.isEmpty()) {
                request.setHeader("Prefer", prefer);
            }
            return http.send(request.build(), BodyHandlers.ofString());
        }
    }
}
