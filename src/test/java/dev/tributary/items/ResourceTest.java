package dev.tributary.items;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import dev.tributary.document.RefusedException;
import dev.tributary.document.ValueOrigin;
import dev.tributary.document.ValueReader;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.query.FieldSelection;
import dev.tributary.items.query.ItemQuery;
import dev.tributary.items.query.Page;
import dev.tributary.items.query.ResourceReads;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.DynamoNumber;
import dev.tributary.model.ItemSize;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

class ResourceTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final KeySchema KEY = new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());

    private static Resource route(String table, DynamoDbAsyncClient client) {
        var settings = new GivenWrites("/", table, Map.of("ss", AttributeType.SS), Map.of());
        return GivenResources.plain(
                "items", settings.settings(), KEY, client, Duration.ofSeconds(10), Clock.systemUTC());
    }

    @Test
    void everyAppliedWriteIsReportedAndNoOther() throws RefusedException {
        String table = dynamo.createTable("items", "id:S");
        DynamoDbAsyncClient client = dynamo.asyncClient();
        AtomicInteger written = new AtomicInteger();
        Resource route = new Resource(
                "items",
                new GivenWrites("/", table, Map.of(), Map.of()).settings(),
                GivenResources.table(KEY, client),
                Duration.ofSeconds(10),
                Clock.systemUTC(),
                new IdempotencyTable(client, "keys", Clock.systemUTC()),
                new Resource.Source(written::incrementAndGet, Optional.empty()));
        byte[] item = "{\"id\":\"i\"}".getBytes(UTF_8);

        route.run(route.post(item, new Precondition.Absent())).join();
        assertThat(written).hasValue(1);
        route.run(route.post(item, new Precondition.Absent())).join();
        assertThat(written).hasValue(1);
        route.bulk(new Precondition.None())
                .post(item, ValueOrigin.random(route.clock()))
                .join();
        assertThat(written).hasValue(2);
    }

    private static CompletableFuture<WriteResult> post(Resource route, String json) {
        try {
            return route.run(route.post(json.getBytes(UTF_8), new Precondition.None()));
        } catch (RefusedException e) {
            return CompletableFuture.completedFuture(new WriteResult.Refused(e.problem()));
        }
    }

    private static Map<String, AttributeValue> stored(String json) {
        String table = dynamo.createTable("items", "id:S");
        assertThat(post(route(table, dynamo.asyncClient()), json).join())
                .isEqualTo(new WriteResult.Stored(Map.of("id", AttributeValue.fromS("i")), Optional.empty()));
        return dynamo.client()
                .getItem(get -> get.tableName(table).key(Map.of("id", AttributeValue.fromS("i"))))
                .item();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12345678901234567890123456789012345678",
                "-0.12345678901234567890123456789012345678",
                "9.9999999999999999999999999999999999999E+125",
                "-9.9999999999999999999999999999999999999E+125",
                "1E-130",
                "-0.0",
                "100"
            })
    void dynamoDbHasTheTextWeSentForANumber(String number) throws DynamoNumber.OutOfRangeException {
        assertThat(stored("{\"id\":\"i\",\"n\":" + number + "}").get("n").n())
                .isEqualTo(DynamoNumber.canonical(number));
    }

    @Test
    void dynamoDbTakesWhatIsJustWithinItsLimits() {
        String deepest = "[".repeat(ValueReader.MAX_DEPTH - 1) + "]".repeat(ValueReader.MAX_DEPTH - 1);
        assertThat(stored("{\"id\":\"i\",\"deep\":" + deepest + "}")).containsKey("deep");

        int rest = ItemSize.MAX_BYTES - "id".length() - "i".length() - "text".length();
        assertThat(stored("{\"id\":\"i\",\"text\":\"%s\"}".formatted("x".repeat(rest))))
                .containsKey("text");
    }

    @Test
    void keyOfTheResultIsInTheOrderOfTheSchema() {
        var key = new KeySchema(
                new KeyAttribute("z", AttributeType.S), Optional.of(new KeyAttribute("a", AttributeType.N)));
        var settings = new GivenWrites("/", "table", Map.of(), Map.of());
        var route = GivenResources.plain(
                "items", settings.settings(), key, new FakeTable(), Duration.ofSeconds(1), Clock.systemUTC());
        var result = post(route, "{\"a\":\"1.0\",\"z\":\"i\",\"more\":1}").join();
        assertThat(((WriteResult.Stored) result).key())
                .containsExactly(Map.entry("z", AttributeValue.fromS("i")), Map.entry("a", AttributeValue.fromN("1")));
    }

    @Test
    void missingTableIsDistinguishedFromABadRequest() {
        var result =
                post(route("nowhere", dynamo.asyncClient()), "{\"id\":\"i\"}").join();
        assertThat(((WriteResult.Refused) result).problem().kind()).isEqualTo(Kind.TABLE_UNAVAILABLE);
    }

    /** The item is not at fault: it fits the key that the table had. */
    @ParameterizedTest
    @ValueSource(strings = {"id:N", "other:S", "id:S, other:S"})
    void aTableWithAnotherKeyThanItHadIsDistinguishedFromABadItem(String key) throws Exception {
        Resource route = route(dynamo.createTable("changed", key), dynamo.asyncClient());
        assertThat(kind(post(route, "{\"id\":\"i\"}").join())).isEqualTo(Kind.TABLE_CHANGED);
        Map<String, AttributeValue> id = Map.of("id", AttributeValue.fromS("i"));
        Precondition.None any = new Precondition.None();
        assertThat(kind(route.run(route.patch(id, "{\"n\":1}".getBytes(UTF_8), any))
                        .join()))
                .isEqualTo(Kind.TABLE_CHANGED);
        assertThat(kind(route.run(route.delete(id, any)).join())).isEqualTo(Kind.TABLE_CHANGED);
        ResourceReads reads = new ResourceReads(route);
        assertThat(kind(reads.item(id, true, FieldSelection.ALL, version -> false)
                        .join()))
                .isEqualTo(Kind.TABLE_CHANGED);
        assertThat(reads.batch(List.of(id), true, FieldSelection.ALL)
                        .join()
                        .refusal()
                        .orElseThrow()
                        .kind())
                .isEqualTo(Kind.TABLE_CHANGED);
        ItemQuery query = new ItemQuery(QueryKey.of(KEY), id, Optional.empty(), true, 1, false, FieldSelection.ALL);
        ResourceReads.Result<Page> page =
                reads.page(query, Optional.empty()).run().join();
        if (key.equals("id:S, other:S")) {
            assertThat(page.value()).isPresent(); // a partition key is all that a query needs
        } else {
            assertThat(page.refusal().orElseThrow().kind()).isEqualTo(Kind.TABLE_CHANGED);
        }
    }

    private static Kind kind(WriteResult result) {
        return ((WriteResult.Refused) result).problem().kind();
    }

    @Test
    void readsOfAMissingTableAreDistinguishedToo() throws Exception {
        ResourceReads reads = new ResourceReads(route("nowhere", dynamo.asyncClient()));
        Map<String, AttributeValue> id = Map.of("id", AttributeValue.fromS("i"));
        assertThat(kind(reads.item(id, true, FieldSelection.ALL, version -> false)
                        .join()))
                .isEqualTo(Kind.TABLE_UNAVAILABLE);
        assertThat(reads.batch(List.of(id), true, FieldSelection.ALL)
                        .join()
                        .refusal()
                        .orElseThrow()
                        .kind())
                .isEqualTo(Kind.TABLE_UNAVAILABLE);
    }

    @Test
    void failuresOfTheTableHaveTheirKinds() {
        assertThat(problemAfter(service("ProvisionedThroughputExceededException", 400)))
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(Kind.THROTTLED);
                    assertThat(problem.retryAfter()).contains(Duration.ofSeconds(1));
                });
        assertThat(problemAfter(service("ThrottlingException", 400)).kind()).isEqualTo(Kind.THROTTLED);
        assertThat(problemAfter(service("AccessDeniedException", 400)).kind()).isEqualTo(Kind.TABLE_UNAVAILABLE);
        assertThat(problemAfter(service("ValidationException", 400)).kind()).isEqualTo(Kind.INVALID_ITEM);
        assertThat(problemAfter(service("InternalServerError", 500)).kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(problemAfter(SdkClientException.create("connection refused")).kind())
                .isEqualTo(Kind.UNAVAILABLE);
        assertThat(problemAfter(ApiCallTimeoutException.create(10_000)).kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(problemAfter(new CompletionException(service("ThrottlingException", 400)))
                        .kind())
                .isEqualTo(Kind.THROTTLED);
    }

    @Test
    void failureOfOurOwnIsNotBlamedOnAnyone() {
        FakeTable client = new FakeTable();
        client.fails(new IllegalStateException("bug"));
        var future = post(route("table", client), "{\"id\":\"i\"}");
        assertThatThrownBy(future::join).hasRootCauseMessage("bug");
    }

    @Test
    void refusedDocumentNeverReachesTheTable() {
        FakeTable client = new FakeTable();
        assertThat(post(route("table", client), "{}").join()).isInstanceOf(WriteResult.Refused.class);
        assertThat(client.puts).isEmpty();
    }

    @Test
    void writeHasADeadline() {
        FakeTable client = new FakeTable();
        post(route("table", client), "{\"id\":\"i\"}").join();
        assertThat(client.puts).singleElement().satisfies(put -> assertThat(
                        put.overrideConfiguration().orElseThrow().apiCallTimeout())
                .contains(Duration.ofSeconds(10)));
    }

    private static Problem problemAfter(Throwable failure) {
        FakeTable client = new FakeTable();
        client.fails(failure);
        return ((WriteResult.Refused)
                        post(route("table", client), "{\"id\":\"i\"}").join())
                .problem();
    }

    private static DynamoDbException service(String code, int status) {
        return (DynamoDbException) DynamoDbException.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("said so")
                        .build())
                .build();
    }
}
