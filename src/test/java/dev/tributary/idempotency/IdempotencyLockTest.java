package dev.tributary.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.idempotency.AcquireResult.Acquired;
import dev.tributary.idempotency.AcquireResult.Completed;
import dev.tributary.idempotency.AcquireResult.InProgress;
import dev.tributary.idempotency.AcquireResult.OtherPayload;
import dev.tributary.idempotency.AcquireResult.Replay;
import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** A request that is too large for one transaction is carried out by one at a time, and then known. */
class IdempotencyLockTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration HOLD = Duration.ofSeconds(30);
    private static final Duration EXPIRES = Duration.ofHours(24);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final RecordId ID = RecordId.of("users", "ada", "k1");
    private static final SavedReply ANSWER = new SavedReply(200, Map.of("Content-Type", "text/plain"), "lines: é");

    private final GivenTime time = new GivenTime();
    private String name;
    private IdempotencyLock first;
    private IdempotencyLock second;

    @BeforeEach
    void createTable() {
        name = dynamo.createTable("idempotency", "id:S");
        first = lock(dynamo.asyncClient());
        second = lock(dynamo.asyncClient());
    }

    @Test
    void aRequestInProgressKeepsOthersOutUntilItsTimeIsOver() {
        HeldLock held = acquire(first);
        time.pass(HOLD.minusSeconds(10));
        assertThat(second.take().join()).isEqualTo(new InProgress(Duration.ofSeconds(10)));
        assertThat(held.renew().join()).isTrue();
        time.pass(HOLD);
        assertThat(second.take().join()).isInstanceOf(InProgress.class);
        time.pass(Duration.ofMillis(1));
        acquire(second);
    }

    @Test
    void aHolderStopsBeforeItsTimeIsOver() {
        HeldLock held = acquire(first);
        time.pass(HOLD.minusSeconds(5).minusNanos(1));
        assertThat(held.holds(Duration.ofSeconds(5))).isTrue();
        time.pass(Duration.ofNanos(1));
        assertThat(held.holds(Duration.ofSeconds(5))).isFalse();
        held.renew().join();
        assertThat(held.holds(Duration.ofSeconds(5))).isTrue();
    }

    /** Somebody sets the clock of the machine back: by it the holder would have more time than others give it. */
    @Test
    void aHolderDoesNotTrustAClockThatPeopleSet() {
        HeldLock held = acquire(first);
        time.pass(HOLD);
        time.setBack(HOLD);
        assertThat(held.holds(Duration.ZERO)).isFalse();
    }

    @Test
    void whoIsOutOfTimeCannotTouchTheRecordOfTheNext() {
        HeldLock late = acquire(first);
        time.pass(HOLD.plusMillis(1));
        HeldLock next = acquire(second);
        Map<String, AttributeValue> row = row();

        assertThat(late.renew().join()).isFalse();
        assertThat(late.complete(ANSWER, "f").join()).isFalse();
        assertThat(late.release().join()).isFalse();
        assertThat(row()).isEqualTo(row);
        assertThat(late.holds(Duration.ZERO)).isFalse();

        assertThat(next.complete(ANSWER, "f").join()).isTrue();
        assertThat(late.release().join()).isFalse();
        assertThat(row()).containsEntry("status", AttributeValue.fromS("COMPLETED"));
    }

    /** Its writes have taken effect, and there is no later holder. */
    @Test
    void anExpiredHolderMayCompleteIfThereIsNoLaterOne() {
        HeldLock late = acquire(first);
        time.pass(HOLD.multipliedBy(2));
        assertThat(late.complete(ANSWER, "f").join()).isTrue();
        assertThat(second.take().join()).isEqualTo(new Completed(ANSWER, "f"));
    }

    @Test
    void aCompletedRequestIsKnownUntilItExpires() {
        HeldLock held = acquire(first);
        time.pass(Duration.ofSeconds(10));
        assertThat(held.complete(ANSWER, "f").join()).isTrue();
        assertThat(held.holds(Duration.ZERO)).isFalse();
        time.pass(EXPIRES);
        assertThat(second.take().join()).isInstanceOfSatisfying(Completed.class, known -> {
            assertThat(known.given("f")).isEqualTo(new Replay(ANSWER));
            assertThat(known.given("g")).isEqualTo(new OtherPayload());
        });
        time.pass(Duration.ofSeconds(1));
        acquire(second); // the row is still there: nothing waits for DynamoDB to remove it
    }

    @Test
    void aKeyThatWasGivenBackIsFreeAtOnce() {
        HeldLock held = acquire(first);
        assertThat(held.release().join()).isTrue();
        assertThat(held.holds(Duration.ZERO)).isFalse();
        acquire(second);
    }

    @Test
    void aCompletedRequestCannotBeGivenBack() {
        HeldLock held = acquire(first);
        held.complete(ANSWER, "f").join();
        assertThat(held.release().join()).isFalse();
        assertThat(second.take().join()).isInstanceOf(Completed.class);
    }

    @Test
    void completingAgainIsHarmless() {
        HeldLock held = acquire(first);
        assertThat(held.complete(ANSWER, "f").join()).isTrue();
        assertThat(held.complete(ANSWER, "f").join())
                .as("where the first answer was lost")
                .isTrue();
    }

    /** What the client does where the answer to its first attempt is lost. */
    @Test
    void anAttemptThatGotThroughUnheardIsRecognised() {
        HeldLock held = acquire(lock(sendingTwice()));
        assertThat(held.complete(ANSWER, "f").join()).isTrue();
    }

    /** Its reply is all that the call returns the part in, unless the row keeps it. */
    @Test
    void thePartOfAReleasedRequestIsKeptWhateverHappensToTheCallThatTakesItUp() {
        PartialReply part = new PartialReply(List.of(new PartialReply.Part("hash", "{}")), Optional.empty());
        assertThat(acquire(first).suspend(part).join()).isTrue();
        assertThat(lock(sendingTwice()).take().join())
                .isInstanceOfSatisfying(Acquired.class, acquired -> assertThat(acquired.before())
                        .contains(part));

        time.pass(HOLD.plusMillis(1)); // the holder died, or never heard that it is one
        Acquired next = (Acquired) second.take().join();
        assertThat(next.before()).contains(part);
        assertThat(next.lock().complete(ANSWER, "f").join()).isTrue();
        assertThat(row()).doesNotContainKey("partial");

        time.pass(EXPIRES.plusSeconds(2));
        assertThat(((Acquired) first.take().join()).before()).isEmpty();
    }

    @Test
    void thePartOfAnExpiredRequestIsForgotten() {
        acquire(first)
                .suspend(new PartialReply(List.of(new PartialReply.Part("hash", "{}")), Optional.empty()))
                .join();
        time.pass(EXPIRES.plusSeconds(2));
        assertThat(((Acquired) second.take().join()).before()).isEmpty();
    }

    @Test
    void seedOfARequestIsThatOfItsFirstHolderUntilItIsCompleted() {
        Acquired died = (Acquired) lock(sendingTwice()).take().join();
        assertThat(died.seed().secret()).hasSizeGreaterThan(42);
        assertThat(died.before()).isEmpty();
        time.pass(HOLD.plusMillis(1));
        Acquired next = (Acquired) lock(sendingTwice()).take().join();
        assertThat(next.seed()).isEqualTo(died.seed());
        assertThat(next.before()).as("what it wrote is unknown").contains(PartialReply.UNKNOWN);
        assertThat(next.lock().suspend(PartialReply.UNKNOWN).join()).isTrue();
        Acquired last = (Acquired) first.take().join();
        assertThat(last.seed()).isEqualTo(died.seed());
        last.lock().complete(ANSWER, "f").join();
        assertThat(row()).doesNotContainKeys("seed", "begun");

        time.pass(EXPIRES.plusSeconds(2));
        assertThat(((Acquired) first.take().join()).seed()).isNotEqualTo(died.seed());
    }

    @Test
    void renewalThatIsLateDoesNotLockAReleasedRequestAgain() {
        HeldLock held = acquire(first);
        assertThat(held.suspend(PartialReply.UNKNOWN).join()).isTrue();
        assertThat(held.renew().join()).isFalse();
        acquire(second);
    }

    @Test
    void renewalThatIsLateDoesNotShortenTheLock() {
        List<UpdateItemRequest> late = new ArrayList<>();
        HeldLock held = acquire(lock(keeping(late)));
        assertThat(held.renew()).isCompletedExceptionally();
        time.pass(HOLD.dividedBy(2));
        assertThat(held.renew().join()).isTrue();
        Map<String, AttributeValue> row = row();

        assertThatThrownBy(() -> dynamo.client().updateItem(late.get(0)))
                .isInstanceOf(ConditionalCheckFailedException.class);
        assertThat(row()).isEqualTo(row);
    }

    /** @param late receives the first update, whose caller is told that it has failed */
    private static DynamoDbAsyncClient keeping(List<UpdateItemRequest> late) {
        return new DynamoDbAsyncClient() {
            @Override
            public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
                return dynamo.asyncClient().putItem(request);
            }

            @Override
            public CompletableFuture<UpdateItemResponse> updateItem(UpdateItemRequest request) {
                if (late.isEmpty()) {
                    late.add(request.toBuilder()
                            .overrideConfiguration((AwsRequestOverrideConfiguration) null)
                            .build());
                    return CompletableFuture.failedFuture(ApiCallTimeoutException.create(5_000));
                }
                return dynamo.asyncClient().updateItem(request);
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
    }

    private static DynamoDbAsyncClient sendingTwice() {
        return new DynamoDbAsyncClient() {
            @Override
            public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
                return dynamo.asyncClient().putItem(request).thenCompose(unheard -> dynamo.asyncClient()
                        .putItem(request));
            }

            @Override
            public CompletableFuture<UpdateItemResponse> updateItem(UpdateItemRequest request) {
                return dynamo.asyncClient().updateItem(request).thenCompose(unheard -> dynamo.asyncClient()
                        .updateItem(request));
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
    void recordsHaveTheLayoutThatPowertoolsReads() {
        HeldLock held = acquire(first);
        assertThat(row())
                .containsOnlyKeys("id", "status", "expiration", "in_progress_expiration", "lock_token", "seed", "begun")
                .containsEntry("id", AttributeValue.fromS(ID.text()))
                .containsEntry("status", AttributeValue.fromS("INPROGRESS"))
                .containsEntry("in_progress_expiration", AttributeValue.fromN("30000"))
                .containsEntry("expiration", AttributeValue.fromN("86400"));
        held.complete(ANSWER, "f").join();
        assertThat(row())
                .containsOnlyKeys("id", "status", "expiration", "data", "validation", "lock_token")
                .containsEntry("status", AttributeValue.fromS("COMPLETED"))
                .containsEntry("validation", AttributeValue.fromS("f"))
                .containsEntry(
                        "data",
                        AttributeValue.fromS(
                                "{\"status\":200,\"headers\":{\"Content-Type\":\"text/plain\"},\"body\":\"lines: é\"}"));
    }

    @Test
    void aHoldingIsNeverLongerThanItsRecord() {
        assertThatThrownBy(() -> new IdempotencyTable(dynamo.asyncClient(), name, time)
                        .lock(ID, HOLD, HOLD.minusMillis(1), time, TIMEOUT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static HeldLock acquire(IdempotencyLock lock) {
        AcquireResult taken = lock.take().join();
        assertThat(taken).isInstanceOf(Acquired.class);
        return ((Acquired) taken).lock();
    }

    private IdempotencyLock lock(DynamoDbAsyncClient client) {
        return new IdempotencyTable(client, name, time).lock(ID, HOLD, EXPIRES, time, TIMEOUT);
    }

    private Map<String, AttributeValue> row() {
        return dynamo.client()
                .getItem(get -> get.tableName(name)
                        .key(Map.of("id", AttributeValue.fromS(ID.text())))
                        .consistentRead(true))
                .item();
    }
}
