package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kills two daemons during keyed requests that clients repeat until they are answered. */
class KeyedRequestsIT {

    private static final Logger log = LoggerFactory.getLogger(KeyedRequestsIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int CLIENTS = 8;
    private static final int KILLS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final DaemonProcess[] processes = new DaemonProcess[2];
    private Daemons daemons;
    private final AtomicReferenceArray<URI> uris = new AtomicReferenceArray<>(2);
    private final AtomicInteger unanswered = new AtomicInteger();
    private volatile boolean enough;

    @BeforeEach
    void prepare() {
        daemons = new Daemons(dynamo, directory);
    }

    @AfterEach
    void stop() {
        daemons.close();
    }

    /** Each execution would create a row with another key. */
    @Test
    void everyKeyTakesEffectOnceWhoeverIsKilled() throws Exception {
        String table = dynamo.createTable("orders", "id:S");
        String configuration = """
                application = %1$s
                write.orders.path = /orders
                write.orders.table = %1$s
                write.orders.generated.id = uuid
                write.orders.idempotency = required
                """.formatted(table);
        start(0, configuration);
        start(1, configuration);

        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<Future<List<String>>> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            clients.add(threads.submit(() -> client(number)));
        }
        for (int kill = 0; kill < KILLS; kill++) {
            int seen = unanswered.get();
            processes[kill % 2].signal("KILL");
            start(kill % 2, configuration);
            log.info("killed {}: {} requests without an answer", kill % 2, unanswered.get() - seen);
        }
        enough = true;
        List<String> answers = new ArrayList<>();
        for (Future<List<String>> client : clients) {
            answers.addAll(client.get());
        }
        threads.shutdown();
        log.info("{} keys, {} requests without an answer", answers.size(), unanswered.get());
        assertThat(unanswered.get()).as("requests that were cut").isPositive();
        assertThat(answers).hasSizeGreaterThan(100).doesNotHaveDuplicates();
        assertThat(dynamo.count(table)).isEqualTo(answers.size());
    }

    /** @return the replies by key */
    private List<String> client(int client) throws Exception {
        List<String> answers = new ArrayList<>();
        for (int key = 0; !enough; key++) {
            Set<String> same = new HashSet<>();
            same.add(send(client + "-" + key));
            if (key % 3 == 0) {
                same.add(send(client + "-" + key));
            }
            assertThat(same).hasSize(1);
            answers.addAll(same);
        }
        return answers;
    }

    /** Sends a request, to either daemon, until it is answered. */
    private String send(String key) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(
                                        uris.get(ThreadLocalRandom.current().nextInt(2)))
                                .timeout(Duration.ofSeconds(20))
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", key)
                                .POST(BodyPublishers.ofString("{\"order\":\"" + key + "\"}"))
                                .build(),
                        BodyHandlers.ofString());
                if (response.statusCode() == 201) {
                    return response.body();
                }
                assertThat(response.statusCode()).as(response.body()).isIn(409, 503, 504);
            } catch (IOException e) {
                unanswered.incrementAndGet();
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos()); // a killed daemon refuses connections at once
        }
        throw new AssertionError("no answer to " + key + " within " + PATIENCE);
    }

    private void start(int number, String configuration) throws Exception {
        DaemonProcess daemon = daemons.start(configuration, Map.of());
        if (processes[number] != null) {
            processes[number].close();
        }
        processes[number] = daemon;
        daemon.awaitReady();
        uris.set(number, daemon.writes());
    }
}
