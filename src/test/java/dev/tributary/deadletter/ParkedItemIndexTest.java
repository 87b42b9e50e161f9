package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** The index of one process, while other processes park changes and jobs delete dead letters. */
class ParkedItemIndexTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ROUTE = "users.by-city";
    private static final ItemKey ADA = new ItemKey("users/ada");
    private static final ItemKey BOB = new ItemKey("users/bob");

    private DeadLetterTable table;
    private ParkedItemIndex index;
    private ParkedItemIndex other;

    @BeforeEach
    void createTable() {
        String name = dynamo.createTable("letters", "partition:S, position:S");
        table = new DeadLetterTable(dynamo.asyncClient(), name, Duration.ofSeconds(10));
        index = new ParkedItemIndex(table, ROUTE, () -> Instant.EPOCH);
        other = new ParkedItemIndex(table, ROUTE, () -> Instant.EPOCH);
    }

    @Test
    void anItemThatThisProcessParkedIsInTheIndex() {
        index.park(change(ADA, 1), "why", () -> true).join();
        assertThat(index.holds(ADA)).isTrue();
        assertThat(index.holds(BOB)).isFalse();
        assertThat(index.items()).isOne();
        assertThat(index.before(stamp(ADA, 1)).join()).isPresent();
    }

    @Test
    void anItemThatAnotherProcessParkedIsInTheIndexAfterARefresh() {
        other.park(change(ADA, 1), "why", () -> true).join();
        refresh(index).join();
        assertThat(index.holds(ADA)).isTrue();
    }

    @Test
    void anItemWithoutDeadLettersLeavesTheIndexWhenItsPredecessorIsRead() {
        index.park(change(ADA, 1), "why", () -> true).join();
        discard(ADA);
        assertThat(index.holds(ADA)).isTrue();
        assertThat(index.before(stamp(ADA, 1)).join()).isEmpty();
        assertThat(index.holds(ADA)).isFalse();
    }

    @Test
    void itemsWithoutDeadLettersLeaveTheIndexByARefresh() {
        index.park(change(ADA, 1), "why", () -> true).join();
        index.park(change(BOB, 1), "why", () -> true).join();
        discard(ADA);
        refresh(index).join();
        assertThat(index.holds(ADA)).isFalse();
        assertThat(index.holds(BOB)).isTrue();
    }

    @Test
    void anItemThatIsParkedDuringAReadIsKept() {
        index.park(change(ADA, 1), "why", () -> true).join();
        discard(ADA);
        CompletableFuture<QueryResponse> answer = new CompletableFuture<>();
        ParkedItemIndex slow = new ParkedItemIndex(
                new DeadLetterTable(answeringQueriesWith(answer), table.name(), Duration.ofSeconds(10)),
                ROUTE,
                () -> Instant.EPOCH);
        slow.park(change(ADA, 1), "why", () -> true).join();
        CompletableFuture<?> read = slow.before(stamp(ADA, 1));
        CompletableFuture<?> refresh = refresh(slow);
        slow.park(change(ADA, 1), "why", () -> true).join();
        answer.complete(QueryResponse.builder().items(List.of()).build());

        assertThat(read).succeedsWithin(Duration.ofSeconds(10));
        assertThat(refresh).succeedsWithin(Duration.ofSeconds(10));
        assertThat(slow.holds(ADA)).isTrue();
    }

    @Test
    void aChangeIsNotParkedBehindADeletedPredecessor() {
        Predecessor front = index.park(change(ADA, 1), "why", () -> true).join();
        assertThat(index.before(stamp(ADA, 2)).join()).contains(front);
        discard(ADA);
        assertThat(index.parkBehind(front, change(ADA, 2), "behind", () -> true).join())
                .isEmpty();
        assertThat(Parked.in(table, ROUTE)).isEmpty();
    }

    @Test
    void aChangeIsParkedBehindTheLastDeadLetterThatIsNotNewer() {
        index.park(change(ADA, 1), "why", () -> true).join();
        Predecessor last = index.park(change(ADA, 2), "why", () -> true).join();
        index.park(change(ADA, 9), "why", () -> true).join();
        assertThat(index.before(stamp(ADA, 5)).join()).contains(last);
        assertThat(index.parkBehind(last, change(ADA, 5), "behind", () -> true).join())
                .isPresent();
        assertThat(index.before(stamp(ADA, 0)).join())
                .as("a replay from before them")
                .isEmpty();
        assertThat(index.holds(ADA)).isTrue();
        assertThat(Parked.in(table, ROUTE)).hasSize(4);
    }

    @Test
    void aDeadLetterThatWasReplayedSinceItWasReadIsNotDeleted() {
        index.park(change(ADA, 1), "why", () -> true).join();
        DeadLetter read = onlyDeadLetter();
        Predecessor itself = index.before(stamp(ADA, 1)).join().orElseThrow();
        assertThat(index.parkBehind(itself, change(ADA, 1), "behind", () -> true)
                        .join())
                .contains(itself);
        assertThat(table.deadLetters(ROUTE).delete(read).join()).isFalse();

        index.park(change(ADA, 1), "another", () -> true).join();
        assertThat(onlyDeadLetter())
                .isEqualTo(new DeadLetter(ROUTE, read.stamp(), "INSERT", read.reason(), read.parkedAt(), 1, 2))
                .satisfies(again -> assertThat(
                                table.deadLetters(ROUTE).delete(again).join())
                        .isTrue());
        assertThat(Parked.in(table, ROUTE)).isEmpty();
    }

    @Test
    void aDeletedChangeIsNotParkedBehindItself() {
        Predecessor itself = index.park(change(ADA, 1), "why", () -> true).join();
        discard(ADA);
        assertThat(index.parkBehind(itself, change(ADA, 1), "behind", () -> true)
                        .join())
                .isEmpty();
        assertThat(Parked.in(table, ROUTE)).isEmpty();
    }

    /** The second call might end when another worker has the lease, and a job has deleted the dead letter. */
    @Test
    void noReplayIsRecordedOnceTheLeaseMayBeLost() {
        index.park(change(ADA, 1), "why", () -> true).join();
        assertThat(other.park(change(ADA, 1), "why", () -> false)).failsWithin(Duration.ofSeconds(10));
        assertThat(onlyDeadLetter().replays()).isZero();
    }

    /** Reads all buckets from now on. */
    private static CompletableFuture<Void> refresh(ParkedItemIndex index) {
        return index.refresh(index.moment(Duration.ZERO));
    }

    private DeadLetter onlyDeadLetter() {
        return table.deadLetters(ROUTE).of(RouteDeadLetters.item(ADA)).join().get(0);
    }

    @Test
    void everyItemMayBeParkedIfTheIndexIsFull() {
        ParkedItemIndex small =
                new ParkedItemIndex(table, ROUTE, () -> Instant.EPOCH, System::nanoTime, DeadLetterPosition.BUCKETS);
        List<ItemKey> owners = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            owners.add(new ItemKey("users/" + i));
        }
        owners.forEach(owner -> other.park(change(owner, 1), "why", () -> true).join());
        refresh(small).join();
        assertThat(small.isFull()).isTrue();
        assertThat(small.items()).isEqualTo(DeadLetterPosition.BUCKETS);
        assertThat(owners).allMatch(small::holds);
        assertThat(owners)
                .allMatch(owner -> small.before(stamp(owner, 2)).join().isPresent());
        assertThat(small.holds(BOB)).as("as far as memory knows").isTrue();
        assertThat(small.before(stamp(BOB, 2)).join()).isEmpty();

        owners.forEach(this::discard);
        ItemKey parkedSince = new ItemKey("users/0");
        small.park(change(parkedSince, 2), "why", () -> true).join();
        refresh(small).join();
        assertThat(small.isFull()).isFalse();
        assertThat(small.items()).isOne();
        assertThat(small.holds(parkedSince)).isTrue();
        assertThat(small.holds(BOB)).isFalse();
    }

    @Test
    void anItemBeyondTheBoundOfTheIndexIsNotForgotten() {
        ParkedItemIndex small =
                new ParkedItemIndex(table, ROUTE, () -> Instant.EPOCH, System::nanoTime, DeadLetterPosition.BUCKETS);
        for (int i = 0; i < 60; i++) {
            ItemKey owner = new ItemKey("users/" + i);
            small.park(change(owner, 1), "why", () -> true).join();
            assertThat(small.holds(owner)).isTrue();
        }
        assertThat(small.isFull()).isTrue();
    }

    private static DynamoDbAsyncClient answeringQueriesWith(CompletableFuture<QueryResponse> answer) {
        return new DynamoDbAsyncClient() {
            @Override
            public CompletableFuture<TransactWriteItemsResponse> transactWriteItems(TransactWriteItemsRequest request) {
                return dynamo.asyncClient().transactWriteItems(request);
            }

            @Override
            public CompletableFuture<UpdateItemResponse> updateItem(UpdateItemRequest request) {
                return dynamo.asyncClient().updateItem(request);
            }

            @Override
            public CompletableFuture<QueryResponse> query(QueryRequest request) {
                return answer;
            }

            @Override
            public String serviceName() {
                return SERVICE_NAME;
            }

            @Override
            public void close() {}
        };
    }

    private void discard(ItemKey owner) {
        table.deadLetters(ROUTE).discard(RouteDeadLetters.item(owner)).join();
    }

    private static VersionStamp stamp(ItemKey owner, int version) {
        return new VersionStamp(owner, Version.of("2026-11-21T00:00:00.000", Integer.toString(version)), Instant.EPOCH);
    }

    private static Change change(ItemKey owner, int version) {
        return new Change.Insert(stamp(owner, version), new Item(Map.of("email", AttributeValue.fromS("x"))));
    }
}
