package dev.tributary.daemon.tables;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.local.LocalDynamoDb;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

class OwnTablesTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private final String application = "app-" + UUID.randomUUID();

    @ParameterizedTest
    @EnumSource
    void eachTableIsCreatedWithItsKeyAndTtl(OwnTable table) {
        String name = create(table, false);
        TableControl control = new TableControl(dynamo.asyncClient(), name);
        assertThat(control.describe().join().key()).isEqualTo(table.key());
        assertThat(control.ttlAttribute().join()).isEqualTo(table.ttlAttribute());
        assertThat(describe(name).billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
    }

    @Test
    void deletionProtectionIsAsDemanded() {
        String name = create(OwnTable.DEAD_LETTERS, true);
        assertThat(isProtected(name)).isTrue();
        dynamo.client().updateTable(request -> request.tableName(name).deletionProtectionEnabled(false));
        assertThat(isProtected(create(OwnTable.LATE_WRITES, true)))
                .as("its rows expire")
                .isFalse();
        assertThat(isProtected(create(OwnTable.JOBS, false))).isFalse();
    }

    @Test
    void anExistingTableKeepsItsTtlAttribute() {
        String name = OwnTable.IDEMPOTENCY.name(application);
        TableControl control = new TableControl(dynamo.asyncClient(), name);
        control.create(TableDefinition.of(OwnTable.IDEMPOTENCY.key())).join();
        control.enableTtl("other").join();
        create(OwnTable.IDEMPOTENCY, false);
        assertThat(control.ttlAttribute().join()).contains("other");
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource
    void aPlaceThatDoesNotAnswerStopsNoStart(OwnTable table) {
        try (DynamoDbAsyncClient nowhere = dynamo.configure(DynamoDbAsyncClient.builder())
                .endpointOverride(URI.create("http://127.0.0.1:1"))
                .build()) {
            assertThat(OwnTables.create(table, nowhere, application, false)).succeedsWithin(60, SECONDS);
        }
    }

    private String create(OwnTable table, boolean deletionProtected) {
        OwnTables.create(table, dynamo.asyncClient(), application, deletionProtected)
                .join();
        return table.name(application);
    }

    private static boolean isProtected(String name) {
        return Boolean.TRUE.equals(describe(name).deletionProtectionEnabled());
    }

    private static TableDescription describe(String name) {
        return dynamo.client().describeTable(request -> request.tableName(name)).table();
    }
}
