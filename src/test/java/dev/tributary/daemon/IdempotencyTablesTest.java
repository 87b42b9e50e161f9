package dev.tributary.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.config.AwsSettings;
import dev.tributary.config.IdempotencyPolicy;
import dev.tributary.config.ResourceSettings;
import dev.tributary.dynamo.TableCreation;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.GivenWrites;
import dev.tributary.local.LocalDynamoDb;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

class IdempotencyTablesTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private final String name = "app-" + UUID.randomUUID() + "-idempotency";
    private final IdempotencyTables tables =
            new IdempotencyTables(name.substring(0, name.length() - "-idempotency".length()), Clock.systemUTC());
    private final ResourceSettings write = new GivenWrites("/", "users", Map.of(), Map.of()).settings();

    @BeforeEach
    void giveCredentials() {
        System.setProperty(
                "aws.accessKeyId", dynamo.credentials().resolveCredentials().accessKeyId());
        System.setProperty("aws.secretAccessKey", "secret");
    }

    @AfterEach
    void forgetCredentials() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void theTableIsMadeOnceForEachPlaceAndForgetsWhatHasExpired() {
        try (Clients clients = clients(dynamo.endpoint())) {
            var table = tables.of(write, clients);
            assertThat(tables.of(write, clients)).isSameAs(table);
        }
        var made = dynamo.client()
                .describeTable(request -> request.tableName(name))
                .table();
        assertThat(made.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(made.keySchema()).singleElement().satisfies(key -> assertThat(key.attributeName())
                .isEqualTo("id"));
        assertExpires("expiration");
    }

    @Test
    void aTableThatIsThereIsLeftAsItIs() {
        new TableCreation(dynamo.asyncClient(), name, IdempotencyTable.KEY, false)
                .run()
                .join();
        dynamo.client().updateTimeToLive(request -> request.tableName(name)
                .timeToLiveSpecification(on -> on.enabled(true).attributeName("other")));
        try (Clients clients = clients(dynamo.endpoint())) {
            tables.of(write, clients);
        }
        assertExpires("other");
    }

    @Test
    void noTableIsMadeForARouteWithoutKeys() {
        try (Clients clients = clients(dynamo.endpoint())) {
            tables.of(
                    new GivenWrites("/", "users", Map.of(), Map.of())
                            .keyed(IdempotencyPolicy.OFF, Optional.empty())
                            .settings(),
                    clients);
        }
        assertThat(dynamo.client().listTables().tableNames()).doesNotContain(name);
    }

    @Test
    @Tag("slow")
    void aPlaceThatDoesNotAnswerStopsNoStart() {
        try (Clients clients = clients(URI.create("http://127.0.0.1:1"))) {
            assertThat(tables.of(write, clients).name()).isEqualTo(name);
        }
    }

    private void assertExpires(String attribute) {
        var ttl = dynamo.client()
                .describeTimeToLive(request -> request.tableName(name))
                .timeToLiveDescription();
        assertThat(ttl.timeToLiveStatus()).isEqualTo(TimeToLiveStatus.ENABLED);
        assertThat(ttl.attributeName()).isEqualTo(attribute);
    }

    private static Clients clients(URI endpoint) {
        return new Clients(
                new AwsSettings(Optional.of("us-east-1"), Optional.of(endpoint)), null, Duration.ofSeconds(5), 0);
    }
}
