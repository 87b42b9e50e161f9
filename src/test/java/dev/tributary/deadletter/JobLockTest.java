package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

/** One job at a time takes dead letters of a route out, also where one was killed or comes too late. */
class JobLockTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ROUTE = "users.by-city";
    private static final Duration LIFE = Duration.ofMillis(300);
    private static final Duration WRITE = Duration.ofMillis(100);
    private static final ScheduledThreadPoolExecutor TIMER = new ScheduledThreadPoolExecutor(1);

    private final AtomicLong now = new AtomicLong();
    private String name;
    private JobLock first;
    private JobLock second;

    @AfterAll
    static void stopTimer() {
        TIMER.shutdownNow();
    }

    @BeforeEach
    void createTable() {
        name = dynamo.createTable("letters", "partition:S, position:S");
        first = lock(dynamo.asyncClient(), "first");
        second = lock(dynamo.asyncClient(), "second");
    }

    @Test
    void aJobThatIsAtWorkKeepsOthersOut() {
        take(first);
        List<String> holders = new ArrayList<>();
        CompletableFuture<Void> other = second.take(holder -> {
            holders.add(holder);
            pass(LIFE.dividedBy(2));
            first.ensure().join();
        });
        assertThatThrownBy(other::join)
                .hasCauseInstanceOf(LockedException.class)
                .hasMessageContaining("(first)");
        assertThat(holders).containsExactly("first");
        assertThat(second.holds()).isFalse();
        assertThat(first.holds()).isTrue();
    }

    /** A scan may find nothing to write for minutes. */
    @Test
    void aJobThatDoesNotWriteKeepsTheLock() {
        CompletableFuture<Void> work = new CompletableFuture<>();
        CompletableFuture<Void> job = first.during(holder -> {}, () -> work);
        await().until(first::holds);
        for (int i = 0; i < 3; i++) {
            pass(LIFE.minus(WRITE));
            await().until(first::holds);
        }
        work.complete(null);
        job.join();
        assertThat(first.holds()).isFalse();
        second.take(holder -> {
                    throw new AssertionError("it waits for " + holder);
                })
                .join();
    }

    @Test
    void aJobThatWasKilledIsFollowedByTheNext() {
        take(first);
        take(second);
        assertThat(second.holds()).isTrue();
        pass(LIFE.dividedBy(2));
        assertThatThrownBy(() -> first.ensure().join()).hasCauseInstanceOf(LockedException.class);
        first.release().join();
        second.ensure().join();
    }

    @Test
    void aLockOfAnotherRouteIsNotInTheWay() {
        take(first);
        JobLock other = new DeadLetterTable(dynamo.asyncClient(), name, Duration.ofSeconds(10))
                .lock("users.other", timing(), "other");
        other.take(holder -> {
                    throw new AssertionError("it waits for " + holder);
                })
                .join();
    }

    @Test
    void noWriteStartsThatCouldOutliveTheLock() {
        assertThat(first.holds()).as("before it is taken").isFalse();
        take(first);
        pass(LIFE.minus(WRITE).minusNanos(1));
        assertThat(first.holds()).isTrue();
        pass(Duration.ofNanos(1));
        assertThat(first.holds()).isFalse();
        first.ensure().join();
        assertThat(first.holds()).as("renewed").isTrue();
        first.release().join();
        assertThat(first.holds()).as("given back").isFalse();
    }

    @Test
    void aLockThatWasGivenBackIsTakenAtOnce() {
        take(first);
        first.release().join();
        second.take(holder -> {
                    throw new AssertionError("it waits for " + holder);
                })
                .join();
    }

    /** What the client does where the answer to its first attempt is lost. */
    @Test
    void anAttemptThatGotThroughUnheardIsRecognised() {
        JobLock lock = lock(sendingPutsTwice(), "first");
        take(lock);
        pass(LIFE.dividedBy(2));
        lock.ensure().join();
        assertThat(lock.holds()).isTrue();
    }

    private static DynamoDbAsyncClient sendingPutsTwice() {
        return new DynamoDbAsyncClient() {
            @Override
            public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
                return dynamo.asyncClient().putItem(request).thenCompose(unheard -> dynamo.asyncClient()
                        .putItem(request));
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void theLockIsNoDeadLetter() {
        take(first);
        DeadLetterTable table = new DeadLetterTable(dynamo.asyncClient(), name, Duration.ofSeconds(10));
        assertThat(table.deadLetters(ROUTE).items(Optional.empty(), 10).join()).isEmpty();
        assertThat(dynamo.client().scan(request -> request.tableName(name)).items())
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("holder", AttributeValue.fromS("first")));
    }

    private void take(JobLock lock) {
        lock.take(holder -> {}).join();
    }

    private JobLock lock(DynamoDbAsyncClient client, String holder) {
        return new DeadLetterTable(client, name, Duration.ofSeconds(10)).lock(ROUTE, timing(), holder);
    }

    private JobLock.Timing timing() {
        return new JobLock.Timing(LIFE, WRITE, now::get, TIMER);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
