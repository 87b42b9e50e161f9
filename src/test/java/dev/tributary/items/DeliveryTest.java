package dev.tributary.items;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.acknowledgement.WriteMark;
import dev.tributary.document.Problem;
import dev.tributary.document.RefusedException;
import dev.tributary.items.Delivery.Outcome;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** A change ends the same whether its writes are sent by themselves or in a transaction. */
class DeliveryTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final KeySchema KEY = new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());
    private static final Map<String, AttributeValue> ID = Map.of("id", AttributeValue.fromS("i"));
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1000), ZoneOffset.UTC);

    private static final Delivery IN_TRANSACTION = (write, result, timeout) -> dynamo.asyncClient()
            .transactWriteItems(TransactWriteItemsRequest.builder()
                    .transactItems(List.of(write.transactItem()))
                    .build())
            .handle((done, thrown) -> {
                if (thrown == null) {
                    return new Outcome.Done();
                }
                if (thrown instanceof CompletionException wrapped
                        && wrapped.getCause() instanceof TransactionCanceledException cancelled) {
                    CancellationReason reason = cancelled.cancellationReasons().get(0);
                    assertThat(reason.code()).isEqualTo("ConditionalCheckFailed");
                    return new Outcome.ConditionFailed(
                            reason.hasItem() ? Optional.of(reason.item()) : Optional.empty());
                }
                throw new CompletionException(thrown);
            });

    private interface Request {
        ItemChange of(Resource route) throws RefusedException;
    }

    private static final Precondition NONE = new Precondition.None();

    private static final List<Request> REQUESTS = List.of(
            route -> route.patch(ID, bytes("{\"n\":1}"), NONE),
            route -> route.put(ID, bytes("{\"n\":1}"), new Precondition.Present()),
            route -> route.put(ID, bytes("{\"n\":2}"), NONE),
            route -> route.put(ID, bytes("{\"n\":3}"), NONE),
            route -> route.put(ID, bytes("{\"n\":4}"), new Precondition.Absent()),
            route -> route.put(ID, bytes("{\"n\":5}"), new Precondition.Present()),
            route -> route.post(bytes("{\"id\":\"i\",\"n\":6}"), NONE),
            route -> route.patch(ID, bytes("{\"m\":{\"a\":1,\"b\":null}}"), NONE),
            route -> route.patch(ID, bytes("{\"m\":{\"b\":2},\"n\":null}"), new Precondition.Present()),
            route -> route.delete(ID, new Precondition.Present()),
            route -> route.delete(ID, new Precondition.Present()),
            route -> route.delete(ID, NONE));

    private static final List<Request> VERSIONED = List.of(
            route -> route.put(ID, bytes("{\"n\":1}"), NONE),
            route -> route.put(ID, bytes("{\"n\":2}"), versions("999")),
            route -> route.put(ID, bytes("{\"n\":3}"), versions("999", "1000")),
            route -> route.patch(ID, bytes("{\"m\":{\"a\":{\"b\":1}}}"), versions("1001")),
            route -> route.patch(ID, bytes("{\"m\":{\"a\":{\"c\":1}}}"), versions("1002")),
            route -> route.delete(ID, versions("1002")),
            route -> route.delete(ID, versions("1003")));

    private static Precondition versions(String... versions) {
        return new Precondition.Versions(List.of(versions));
    }

    private static byte[] bytes(String json) {
        return json.getBytes(UTF_8);
    }

    @Test
    void aTransactionChangesTheItemAsACallDoes() throws RefusedException {
        for (boolean versioned : List.of(false, true)) {
            List<Request> requests = new ArrayList<>(REQUESTS);
            if (versioned) {
                requests.addAll(VERSIONED);
            }
            Resource plain = route(versioned);
            Resource transactional = route(versioned);
            for (Request request : requests) {
                assertThat(transactional
                                .run(request.of(transactional), IN_TRANSACTION)
                                .join())
                        .isEqualTo(plain.run(request.of(plain)).join());
                assertThat(items(transactional)).isEqualTo(items(plain));
            }
        }
    }

    @Test
    void writesOfOneItemThatNeverRestEndInAnAnswer() throws RefusedException {
        Resource route = route(true);
        List<ItemWrite> sent = new ArrayList<>();
        Delivery contended = (write, result, timeout) -> {
            sent.add(write);
            Map<String, AttributeValue> newer = Map.of("v", AttributeValue.fromN(String.valueOf(sent.size())));
            return CompletableFuture.completedFuture(new Outcome.ConditionFailed(Optional.of(newer)));
        };
        WriteResult result =
                route.run(route.put(ID, bytes("{}"), NONE), contended).join();
        assertThat(((WriteResult.Refused) result).problem().kind()).isEqualTo(Problem.Kind.CONTENDED);
        assertThat(sent).hasSize(10);
        assertThat(sent.get(9).attributes()).containsEntry("v", AttributeValue.fromN("10"));
    }

    @Test
    void versionOfADeletedItemDoesNotComeBackWithTheNext() throws RefusedException {
        AtomicLong millis = new AtomicLong(1000);
        Resource route = route(true, new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis.get());
            }
        });
        WriteResult first = route.run(route.put(ID, bytes("{}"), NONE)).join();
        route.run(route.delete(ID, NONE)).join();
        millis.addAndGet(1);
        WriteResult next = route.run(route.put(ID, bytes("{\"n\":1}"), NONE)).join();
        String before = ((WriteResult.Stored) first).version().orElseThrow();
        assertThat(((WriteResult.Stored) next).version()).isPresent().isNotEqualTo(Optional.of(before));
        WriteResult late =
                route.run(route.put(ID, bytes("{\"n\":2}"), versions(before))).join();
        assertThat(((WriteResult.Refused) late).problem().kind()).isEqualTo(Problem.Kind.PRECONDITION_FAILED);
    }

    @Test
    void anAwaitedRemovalKeepsItsPreconditionBehindItsMark() throws RefusedException {
        Resource route = route(true);
        route.run(route.put(ID, bytes("{\"n\":1}"), NONE)).join();
        MarkedDelivery marked = meddled(route, route.patch(ID, bytes("{\"n\":2}"), NONE));
        WriteResult result =
                route.run(route.delete(ID, versions("1000")), marked).join();
        assertThat(((WriteResult.Refused) result).problem().kind()).isEqualTo(Problem.Kind.PRECONDITION_FAILED);
        assertThat(marked.written()).isFalse();
        assertThat(items(route)).singleElement().satisfies(item -> assertThat(item)
                .containsEntry("n", AttributeValue.fromN("2")));
    }

    @Test
    void anAwaitedRemovalMarksAnItemAgainThatWasReplaced() throws RefusedException {
        Resource route = route(false);
        route.run(route.put(ID, bytes("{\"n\":1}"), NONE)).join();
        MarkedDelivery marked = meddled(route, route.put(ID, bytes("{\"n\":2}"), NONE));
        assertThat(route.run(route.delete(ID, NONE), marked).join()).isInstanceOf(WriteResult.Changed.class);
        assertThat(marked.written()).isTrue();
        assertThat(items(route)).isEmpty();
    }

    /** Marks writes; another request changes the item between the mark and the first removal. */
    private static MarkedDelivery meddled(Resource route, ItemChange other) {
        Delivery plain = new PlainDelivery(dynamo.asyncClient());
        AtomicBoolean once = new AtomicBoolean(true);
        Delivery meddling = (write, result, timeout) -> {
            if (write.kind() == ItemWrite.Kind.DELETE && once.getAndSet(false)) {
                route.run(other).join();
            }
            return plain.deliver(write, result, timeout);
        };
        return route.marked(Optional.of(meddling), WriteMark.random());
    }

    private static Resource route(boolean versioned) {
        return route(versioned, CLOCK);
    }

    private static Resource route(boolean versioned, Clock clock) {
        var settings = new GivenWrites("/", dynamo.createTable("items", "id:S"), Map.of(), Map.of());
        return GivenResources.plain(
                "items",
                (versioned ? settings.versioned("v", PreconditionPolicy.OPTIONAL) : settings).settings(),
                KEY,
                dynamo.asyncClient(),
                Duration.ofSeconds(10),
                clock);
    }

    private static List<Map<String, AttributeValue>> items(Resource route) {
        return dynamo.client()
                .scan(scan -> scan.tableName(route.table()).consistentRead(true))
                .items();
    }
}
