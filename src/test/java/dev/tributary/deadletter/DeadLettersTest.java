package dev.tributary.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Mark;
import dev.tributary.model.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/** What a process knows of parked changes, while others park, and people take them out of the table. */
class DeadLettersTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ItemKey ADA = new ItemKey("users/ada");
    private static final ItemKey BOB = new ItemKey("users/bob");
    private static final Version VERSION = Version.of("2026-11-21T00:00:00.000", "1");

    private DeadLetterTable table;
    private DeadLetters letters;
    private DeadLetters other;

    @BeforeEach
    void createTable() {
        String name = dynamo.createTable("letters", "route:S, position:S");
        table = new DeadLetterTable(dynamo.asyncClient(), name, Duration.ofSeconds(10));
        letters = new DeadLetters(table, "users.by-city", () -> Instant.EPOCH);
        other = new DeadLetters(table, "users.by-city", () -> Instant.EPOCH);
    }

    @Test
    void whatThisProcessParkedItKnows() {
        letters.park(change(ADA), "why").join();
        assertThat(letters.holds(ADA)).isTrue();
        assertThat(letters.holds(BOB)).isFalse();
        assertThat(letters.items()).isOne();
        assertThat(letters.first(ADA).join()).contains(VERSION);
    }

    @Test
    void whatAnotherProcessParkedItKnowsAfterARefresh() {
        other.park(change(ADA), "why").join();
        letters.refresh().join();
        assertThat(letters.holds(ADA)).isTrue();
    }

    @Test
    void anItemWhoseParkedChangesAreGoneIsLetGoByALook() {
        letters.park(change(ADA), "why").join();
        discard(ADA);
        assertThat(letters.holds(ADA)).isTrue();
        assertThat(letters.first(ADA).join()).isEmpty();
        assertThat(letters.holds(ADA)).isFalse();
    }

    @Test
    void itemsWhoseParkedChangesAreGoneAreLetGoByARefresh() {
        letters.park(change(ADA), "why").join();
        letters.park(change(BOB), "why").join();
        discard(ADA);
        letters.refresh().join();
        assertThat(letters.holds(ADA)).isFalse();
        assertThat(letters.holds(BOB)).isTrue();
    }

    @Test
    void anItemThatIsParkedAgainWhileALookIsUnderWayIsKept() {
        letters.park(change(ADA), "why").join();
        discard(ADA);
        CompletableFuture<QueryResponse> answer = new CompletableFuture<>();
        DeadLetters slow = new DeadLetters(
                new DeadLetterTable(answeringQueriesWith(answer), table.name(), Duration.ofSeconds(10)),
                "users.by-city",
                () -> Instant.EPOCH);
        slow.park(change(ADA), "why").join();
        CompletableFuture<?> look = slow.first(ADA);
        CompletableFuture<?> refresh = slow.refresh();
        slow.park(change(ADA), "why").join();
        answer.complete(QueryResponse.builder().items(List.of()).build());

        assertThat(look).succeedsWithin(Duration.ofSeconds(10));
        assertThat(refresh).succeedsWithin(Duration.ofSeconds(10));
        assertThat(slow.holds(ADA)).isTrue();
    }

    private static DynamoDbAsyncClient answeringQueriesWith(CompletableFuture<QueryResponse> answer) {
        return new DynamoDbAsyncClient() {
            @Override
            public CompletableFuture<PutItemResponse> putItem(PutItemRequest request) {
                return dynamo.asyncClient().putItem(request);
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
        dynamo.client().deleteItem(request -> request.tableName(table.name())
                .key(Map.of(
                        "route",
                        AttributeValue.fromS("users.by-city"),
                        "position",
                        AttributeValue.fromS(new Position(Position.item(owner), VERSION, 0).encoded()))));
    }

    private static Change change(ItemKey owner) {
        return new Change.Insert(
                new Mark(owner, VERSION, Instant.EPOCH), new Item(Map.of("email", AttributeValue.fromS("x"))));
    }
}
