package dev.tributary.http;

import static dev.tributary.http.ItemApi.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.acknowledgement.Acknowledgement;
import dev.tributary.acknowledgement.AcknowledgementTable;
import dev.tributary.acknowledgement.Acknowledgements;
import dev.tributary.acknowledgement.WriteMark;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.items.Resource;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;

/** {@code Prefer: wait}, with a worker that reads the stream and writes no targets. */
class WaitTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final VersionStamp STAMP =
            new VersionStamp(new ItemKey("source/key"), Version.of("2026-01-31T12:00:00.000", "1"), Instant.EPOCH);

    private final String users = dynamo.createTable("users", "email:S", true);
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    private final Acknowledgements writes = new Acknowledgements(
            new AcknowledgementTable(
                    dynamo.asyncClient(),
                    dynamo.createTable("acknowledgements", "id:S"),
                    Clock.systemUTC(),
                    Duration.ofSeconds(5)),
            timer);
    private volatile Acknowledgement end = new Acknowledgement(Set.of());
    private volatile boolean replicating;
    private String iterator;
    private ItemApi api;

    @BeforeEach
    void start() {
        api = new ItemApi(dynamo.asyncClient(), 10_000)
                .recording(new IdempotencyTable(
                        dynamo.asyncClient(), dynamo.createTable("idempotency", "id:S"), Clock.systemUTC()))
                .source(
                        "users",
                        new GivenWrites("/users", users, Map.of(), Map.of())
                                .versioned("v", PreconditionPolicy.OPTIONAL),
                        ManyResources.EMAIL,
                        new Resource.Source(() -> {}, Optional.of(writes)))
                .start();
        iterator = iterator();
        timer.scheduleWithFixedDelay(this::replicate, 5, 5, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void stop() {
        api.close();
        timer.shutdownNow();
    }

    private String iterator() {
        String stream = dynamo.streamArn(users);
        String shard = dynamo.streamsClient()
                .describeStream(describe -> describe.streamArn(stream))
                .streamDescription()
                .shards()
                .get(0)
                .shardId();
        return dynamo.streamsClient()
                .getShardIterator(
                        get -> get.streamArn(stream).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
    }

    private void replicate() {
        if (!replicating) {
            return;
        }
        GetRecordsResponse read;
        try {
            read = dynamo.streamsClient().getRecords(get -> get.shardIterator(iterator));
        } catch (TrimmedDataAccessException e) {
            iterator = iterator(); // DynamoDB Local: of an empty shard, when a transaction writes
            return;
        }
        iterator = read.nextShardIterator();
        for (Record record : read.records()) {
            Item before = new Item(record.dynamodb().oldImage());
            Item after = new Item(record.dynamodb().newImage());
            Change change =
                    switch (record.eventName()) {
                        case INSERT -> new Change.Insert(STAMP, after);
                        case MODIFY -> new Change.Modify(STAMP, before, after);
                        default -> new Change.Remove(STAMP, before);
                    };
            WriteMark.of(change).ifPresent(mark -> writes.ended(mark, end));
        }
    }

    private HttpResponse<String> send(String method, String body, String... headers) throws Exception {
        return api.send(method, "/users/a", body, headers);
    }

    @Test
    void everyMethodIsAnsweredWhenTheTargetsHaveItsWrite() throws Exception {
        replicating = true;
        HttpResponse<String> put = send("PUT", "{\"n\":1}", "Prefer", "wait=9");
        assertThat(put.statusCode()).isEqualTo(201);
        assertThat(header(put, "Preference-Applied")).isEqualTo("wait=9");
        assertThat(header(put, "ETag")).isNotEmpty();
        HttpResponse<String> patch = send("PATCH", "{\"n\":2}", "Prefer", "respond-async, wait=8");
        assertThat(patch.statusCode()).isEqualTo(204);
        assertThat(header(patch, "Preference-Applied")).isEqualTo("wait=8");
        HttpResponse<String> same = send("PATCH", "{\"n\":2}", "Prefer", "wait=99");
        assertThat(header(same, "Preference-Applied"))
                .as("a longer wait is shortened")
                .isEqualTo("wait=10");
        HttpResponse<String> delete = send("DELETE", "", "Prefer", "wait=9", "If-Match", "*");
        assertThat(delete.statusCode()).isEqualTo(204);
        assertThat(header(delete, "Preference-Applied")).isEqualTo("wait=9");
        HttpResponse<String> post = api.send("POST", "/users", "{\"email\":\"a\"}", "Prefer", "wait=9");
        assertThat(post.statusCode()).isEqualTo(201);
        assertThat(header(post, "Preference-Applied")).isEqualTo("wait=9");
        assertThat(api.send("GET", "/users/a", "").body()).doesNotContain("_tributary");
    }

    @Test
    void aWriteThatTakesLongerHasAStatus() throws Exception {
        HttpResponse<String> put = send("PUT", "{\"n\":1}", "Prefer", "wait=0");
        assertThat(put.statusCode()).isEqualTo(202);
        assertThat(put.body()).isEqualTo("{\"status\":\"pending\"}\n");
        assertThat(header(put, "Preference-Applied")).isEmpty();
        String status = header(put, "Location");
        assertThat(api.send("GET", status, "").body()).isEqualTo("{\"status\":\"pending\"}\n");
        end = new Acknowledgement(Set.of("users.by-city"));
        replicating = true;
        await().untilAsserted(() -> assertThat(api.send("GET", status, "").body())
                .isEqualTo("{\"status\":\"failed\",\"routes\":[\"users.by-city\"]}\n"));
        assertThat(api.send("GET", "/users?_tributary_write=x", "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aParkedWriteIsAnsweredAtOnceWithItsRoute() throws Exception {
        end = new Acknowledgement(Set.of("users.by-city"));
        replicating = true;
        HttpResponse<String> put = send("PUT", "{\"n\":1}", "Prefer", "wait=9");
        assertThat(put.statusCode()).isEqualTo(202);
        assertThat(put.body()).isEqualTo("{\"status\":\"failed\",\"routes\":[\"users.by-city\"]}\n");
        assertThat(api.send("GET", header(put, "Location"), "").body())
                .as("its status, which the same daemon tells")
                .isEqualTo(put.body());
    }

    @Test
    void whatWritesNothingWaitsForNothing() throws Exception {
        for (String[] request : new String[][] {
            {"DELETE", "", "204"}, {"PATCH", "{\"n\":1}", "404"}, {"PUT", "{\"email\":\"b\"}", "422"}
        }) {
            HttpResponse<String> response = send(request[0], request[1], "Prefer", "wait=9");
            assertThat(response.statusCode()).isEqualTo(Integer.parseInt(request[2]));
            assertThat(header(response, "Preference-Applied")).isEmpty();
        }
    }

    /** RFC 7240: a preference that a server cannot comply with is ignored, and is no error. */
    @ParameterizedTest
    @ValueSource(
            strings = {"wait=abc", "wait=-1", "wait=2.5", "wait=", "wait", "respond-async", "handling=strict;wait=9"})
    void aPreferenceForNoWholeNumberOfSecondsIsIgnored(String prefer) throws Exception {
        HttpResponse<String> put = send("PUT", "{\"n\":1}", "Prefer", prefer);
        assertThat(put.statusCode()).isEqualTo(201);
        assertThat(header(put, "Preference-Applied")).isEmpty();
    }

    @Test
    void aRepetitionGetsTheFirstReplyAndDoesNotWait() throws Exception {
        replicating = true;
        String[] headers = {"Prefer", "wait=9", "Idempotency-Key", "k"};
        assertThat(header(send("PUT", "{\"n\":1}", headers), "Preference-Applied"))
                .isEqualTo("wait=9");
        HttpResponse<String> again = send("PUT", "{\"n\":1}", headers);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(header(again, "Idempotency-Replayed")).isEqualTo("true");
        assertThat(header(again, "Preference-Applied")).isEmpty();
        assertThat(send("DELETE", "", "Prefer", "wait=9", "Idempotency-Key", "d")
                        .statusCode())
                .isEqualTo(204);
    }
}
