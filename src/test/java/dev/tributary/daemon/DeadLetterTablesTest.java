package dev.tributary.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

class DeadLetterTablesTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private final String application = "app-" + UUID.randomUUID();
    private final DeadLetterTables tables = new DeadLetterTables(application, Duration.ofSeconds(5));

    @Test
    void theTableIsMadeOnceForEachPlaceAndProtected() {
        var table = tables.in(dynamo.asyncClient(), false);
        assertThat(tables.in(dynamo.asyncClient(), false)).isSameAs(table);
        assertThat(isProtected()).isTrue();
        dynamo.client().updateTable(request -> request.tableName(table.name()).deletionProtectionEnabled(false));
    }

    @Test
    void inDynamoDbLocalItIsNotProtected() {
        tables.in(dynamo.asyncClient(), true);
        assertThat(isProtected()).isFalse();
    }

    @Test
    @Tag("slow")
    void aPlaceThatDoesNotAnswerStopsNoStart() {
        try (DynamoDbAsyncClient nowhere = dynamo.configure(DynamoDbAsyncClient.builder())
                .endpointOverride(URI.create("http://127.0.0.1:1"))
                .build()) {
            assertThat(tables.in(nowhere, false).name()).isEqualTo(application + "-dead-letters");
        }
    }

    private boolean isProtected() {
        return Boolean.TRUE.equals(dynamo.client()
                .describeTable(request -> request.tableName(application + "-dead-letters"))
                .table()
                .deletionProtectionEnabled());
    }
}
