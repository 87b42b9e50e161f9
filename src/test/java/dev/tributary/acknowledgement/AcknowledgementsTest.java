package dev.tributary.acknowledgement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.local.LocalDynamoDb;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two processes that share a table of ended writes. */
class AcknowledgementsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private static final Acknowledgement DONE = new Acknowledgement(Set.of());
    private static final Duration LONG = Duration.ofSeconds(20);

    private final String name = dynamo.createTable("acknowledgements", "id:S");
    private final Acknowledgements here = process();
    private final Acknowledgements there = process();

    private Acknowledgements process() {
        InstantSource clock = Clock.systemUTC();
        return new Acknowledgements(
                new AcknowledgementTable(dynamo.asyncClient(), name, clock, Duration.ofSeconds(5)), timer);
    }

    @AfterAll
    static void stop() {
        timer.shutdownNow();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private int rows() {
        return dynamo.client()
                .scan(scan -> scan.tableName(name).consistentRead(true))
                .count();
    }

    @Test
    void anEndInTheSameProcessNeedsNoTable() throws Exception {
        Acknowledgements.Wait before = here.begin();
        here.ended(before.mark(), DONE);
        assertThat(get(before.await(LONG))).contains(DONE);
        Acknowledgements.Wait after = here.begin();
        CompletableFuture<Optional<Acknowledgement>> end = after.await(LONG);
        here.ended(after.mark(), DONE);
        assertThat(get(end)).contains(DONE);
        assertThat(rows()).isZero();
    }

    @Test
    void anEndInAnotherProcessArrivesThroughTheTable() throws Exception {
        Acknowledgement parked = new Acknowledgement(Set.of("users.by-city", "users.archive"));
        Acknowledgements.Wait wait = here.begin();
        CompletableFuture<Optional<Acknowledgement>> end = wait.await(LONG);
        there.ended(wait.mark(), parked);
        assertThat(get(end)).contains(parked);
    }

    @Test
    void aWaitThatTookTooLongIsFoundLater() throws Exception {
        Acknowledgements.Wait wait = here.begin();
        assertThat(get(wait.await(Duration.ZERO))).isEmpty();
        assertThat(get(there.find(wait.mark()))).isEmpty();
        here.ended(wait.mark(), DONE);
        await().untilAsserted(() -> assertThat(get(there.find(wait.mark()))).contains(DONE));
    }

    @Test
    void aStopEndsEveryWaitAndTheTableHasWhatComesLater() throws Exception {
        Acknowledgements.Wait before = here.begin();
        CompletableFuture<Optional<Acknowledgement>> end = before.await(LONG);
        here.stop();
        assertThat(get(end)).isEmpty();
        Acknowledgements.Wait after = here.begin();
        assertThat(get(after.await(LONG))).isEmpty();
        here.ended(before.mark(), DONE);
        await().untilAsserted(() -> assertThat(get(there.find(before.mark()))).contains(DONE));
    }

    /** Whoever is faster: the end reaches the request, or the table has it. */
    @Test
    void noEndIsLostBetweenAWaitAndItsTime() throws Exception {
        for (int i = 0; i < 300; i++) {
            Acknowledgements.Wait wait = here.begin();
            CompletableFuture<Optional<Acknowledgement>> end = wait.await(Duration.ofNanos(200_000 + i * 3_000L));
            CompletableFuture<Void> worker = CompletableFuture.runAsync(() -> here.ended(wait.mark(), DONE));
            get(worker);
            if (get(end).isEmpty()) {
                await().untilAsserted(
                                () -> assertThat(get(there.find(wait.mark()))).contains(DONE));
            }
        }
    }
}
