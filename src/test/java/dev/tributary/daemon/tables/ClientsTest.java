package dev.tributary.daemon.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront;
import dev.tributary.DynamoDbFront.Answer;
import dev.tributary.daemon.settings.AwsSettings;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.replication.RouteSettings;
import dev.tributary.replication.TestRoute;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.TestSource;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.table.BatchingTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The connections of a client whose tables do not answer. */
class ClientsTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    private final DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
    private final RouteSettings route = TestRoute.to("t").settings();
    private final SourceSettings source = TestSource.of("s", TestRoute.to("t")).settings();
    private String table;

    @BeforeEach
    void holdWrites() {
        table = dynamo.createTable("table", "id:S");
        front.hold(call -> call.operation().equals("PutItem"));
    }

    @AfterEach
    void end() {
        front.close();
    }

    private Clients clients(int targets) {
        return clients(targets, Duration.ofSeconds(30));
    }

    private Clients clients(int targets, Duration writeTimeout) {
        return new Clients(
                new AwsSettings(
                        Optional.of("us-east-1"),
                        Optional.of(front.endpoint()),
                        Optional.empty(),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(5)),
                null,
                writeTimeout,
                targets);
    }

    @Test
    void oneEndpointWithTwoRegionsIsTwoPlaces() {
        try (DynamoDbAsyncClient europe = dynamo.configure(DynamoDbAsyncClient.builder())
                .region(Region.EU_WEST_1)
                .build()) {
            assertThat(Clients.placeOf(europe)).isNotEqualTo(Clients.placeOf(dynamo.asyncClient()));
        }
    }

    @Test
    void tablesOfOneNameInTwoRegionsBehindOneEndpointAreDescribedEach() {
        try (Clients clients = clients(1)) {
            TableDescriptions descriptions = new TableDescriptions(clients);
            assertThat(descriptions.of(in("eu-west-1"), "users"))
                    .isSameAs(descriptions.of(in("eu-west-1"), "users"))
                    .isNotSameAs(descriptions.of(in("us-west-2"), "users"));
        }
    }

    private static TableSettings in(String region) {
        return new OwnPlace(
                "users", new PlaceSettings(Optional.of(region), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    /** The SDK takes it for the response to a write that took effect. */
    @Test
    void anEmptyResponseOfAProxyIsNoSuccess() {
        front.release();
        front.answerInPlace(call -> Optional.of(Answer.empty(200)));
        try (Clients clients = clients(1)) {
            assertThat(puts(clients.requests(source), 1).get(0))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withMessageContaining("an empty response with status 200");
        }
    }

    /** The SDK takes it for the end of the shard. */
    @Test
    void anEmptyResponseOfAProxyIsNoEndOfAShard() {
        front.release();
        front.answerInPlace(call -> Optional.of(Answer.empty(200)));
        try (Clients clients = clients(1)) {
            assertThatThrownBy(() -> clients.streams(source, false).getRecords(request -> request.shardIterator("any")))
                    .hasMessageContaining("an empty response with status 200");
        }
    }

    /** For example by dead letters of many shards at once. */
    @Test
    void aLeaseIsRenewedWhileEveryOtherConnectionIsTaken() throws Exception {
        try (Clients clients = clients(1)) {
            List<CompletableFuture<?>> stuck = puts(clients.control(source), 300);
            await().until(() -> front.waiting() >= 256);
            clients.leases(source)
                    .getItem(request -> request.tableName(table).key(id(0)))
                    .get(5, TimeUnit.SECONDS);
            assertThat(stuck).noneMatch(CompletableFuture::isDone);
        }
    }

    /** Otherwise one connection that hangs costs the process all its leases: KCL renews none while a call is open. */
    @Test
    void aCallOfALeaseHasTimeForASecondAttemptBeforeTheLeaseExpires() {
        LeaseTimings timings = new LeaseTimings(Duration.ofSeconds(3));
        try (Clients clients = clients(1, timings.writeTimeout())) {
            ClientOverrideConfiguration lease =
                    clients.leases(source).serviceClientConfiguration().overrideConfiguration();
            assertThat(lease.apiCallAttemptTimeout()).contains(Duration.ofSeconds(1));
            assertThat(lease.apiCallTimeout()).contains(Duration.ofSeconds(2));
        }
    }

    @Test
    void everyTargetHasAConnectionForEachOfItsCalls() {
        try (Clients clients = clients(1)) {
            puts(clients.writes(route), BatchingTable.MAX_CALLS);
            await().until(() -> front.waiting() == BatchingTable.MAX_CALLS);
        }
    }

    private List<CompletableFuture<?>> puts(DynamoDbAsyncClient client, int count) {
        List<CompletableFuture<?>> puts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<String, AttributeValue> item = id(i);
            puts.add(client.putItem(request -> request.tableName(table).item(item)));
        }
        return puts;
    }

    private static Map<String, AttributeValue> id(int id) {
        return Map.of("id", AttributeValue.fromS(Integer.toString(id)));
    }
}
