package dev.tributary.daemon.tables;

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
    private final OwnTables tables = new OwnTables(application);

    @ParameterizedTest
    @EnumSource
    void eachTableIsCreatedWithItsKeyAndTtl(OwnTable table) {
        String name = tables.prepare(table, dynamo.asyncClient(), false);
        assertThat(name).isEqualTo(table.name(application));
        TableControl control = new TableControl(dynamo.asyncClient(), name);
        assertThat(control.describe().join().key()).isEqualTo(table.key());
        assertThat(control.ttlAttribute().join()).isEqualTo(table.ttlAttribute());
        assertThat(describe(name).billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
    }

    @Test
    void aTableIsCreatedOnceInAPlace() {
        String name = tables.prepare(OwnTable.IDEMPOTENCY, dynamo.asyncClient(), false);
        dynamo.client().deleteTable(request -> request.tableName(name));
        assertThat(tables.prepare(OwnTable.IDEMPOTENCY, dynamo.asyncClient(), false))
                .isEqualTo(name);
        assertThat(dynamo.client().listTables().tableNames()).doesNotContain(name);
    }

    @Test
    void deletionProtectionIsAsDemanded() {
        String name = tables.prepare(OwnTable.DEAD_LETTERS, dynamo.asyncClient(), true);
        assertThat(isProtected(name)).isTrue();
        dynamo.client().updateTable(request -> request.tableName(name).deletionProtectionEnabled(false));
        String other =
                new OwnTables("other-" + application).prepare(OwnTable.DEAD_LETTERS, dynamo.asyncClient(), false);
        assertThat(isProtected(other)).isFalse();
    }

    @Test
    void anExistingTableKeepsItsTtlAttribute() {
        String name = OwnTable.IDEMPOTENCY.name(application);
        TableControl control = new TableControl(dynamo.asyncClient(), name);
        control.create(TableDefinition.of(OwnTable.IDEMPOTENCY.key())).join();
        control.enableTtl("other").join();
        tables.prepare(OwnTable.IDEMPOTENCY, dynamo.asyncClient(), false);
        assertThat(control.ttlAttribute().join()).contains("other");
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource
    void aPlaceThatDoesNotAnswerStopsNoStart(OwnTable table) {
        try (DynamoDbAsyncClient nowhere = dynamo.configure(DynamoDbAsyncClient.builder())
                .endpointOverride(URI.create("http://127.0.0.1:1"))
                .build()) {
            assertThat(tables.prepare(table, nowhere, false)).isEqualTo(table.name(application));
        }
    }

    private static boolean isProtected(String name) {
        return Boolean.TRUE.equals(describe(name).deletionProtectionEnabled());
    }

    private static TableDescription describe(String name) {
        return dynamo.client().describeTable(request -> request.tableName(name)).table();
    }
}
