package dev.tributary.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.tributary.dynamo.DeclaredTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

class LocalTablesTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    @Test
    void missingTableIsCreatedActiveWithItsKeyAndStream() {
        create("created", "state:S, city:N", true);

        TableDescription table = describe("created");
        assertThat(table.tableStatus()).isEqualTo(TableStatus.ACTIVE);
        assertThat(table.keySchema())
                .extracting(KeySchemaElement::attributeName, KeySchemaElement::keyType)
                .containsExactly(tuple("state", KeyType.HASH), tuple("city", KeyType.RANGE));
        assertThat(table.attributeDefinitions())
                .extracting(AttributeDefinition::attributeName, AttributeDefinition::attributeTypeAsString)
                .containsExactlyInAnyOrder(tuple("state", "S"), tuple("city", "N"));
        assertThat(table.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(table.streamSpecification().streamViewType()).isEqualTo(StreamViewType.NEW_AND_OLD_IMAGES);
    }

    @Test
    void tableWithATtlAttributeLosesItemsByIt() {
        LocalTables.create(
                Map.of("fading", LocalDynamoDb.table("id:S", false, Optional.of("expires"))), dynamo.asyncClient());

        TimeToLiveDescription ttl = dynamo.client()
                .describeTimeToLive(describe -> describe.tableName("fading"))
                .timeToLiveDescription();
        assertThat(ttl.timeToLiveStatus()).isEqualTo(TimeToLiveStatus.ENABLED);
        assertThat(ttl.attributeName()).isEqualTo("expires");
    }

    @Test
    void tableWithoutStreamHasNone() {
        create("plain", "id:B", false);

        assertThat(describe("plain").streamSpecification()).isNull();
    }

    @Test
    void existingTableIsLeftAsItIs() {
        create("existing", "email:S", true);
        TableDescription before = describe("existing");
        dynamo.client()
                .putItem(put -> put.tableName("existing").item(Map.of("email", AttributeValue.fromS("a@example.com"))));

        create("existing", "email:S", true);

        assertThat(describe("existing").latestStreamArn()).isEqualTo(before.latestStreamArn());
        assertThat(dynamo.client().scan(scan -> scan.tableName("existing")).count())
                .isEqualTo(1);
    }

    @Test
    void aDisabledStreamIsEnabled() {
        create("late", "email:S", false);

        create("late", "email:S", true);

        assertThat(describe("late").streamSpecification().streamEnabled()).isTrue();
        assertThat(describe("late").tableStatus()).isEqualTo(TableStatus.ACTIVE);
    }

    @Test
    void existingTableWithAnotherKeyIsRefused() {
        create("clash", "email:S", false);

        for (String other : List.of("email:N", "mail:S", "email:S, state:S")) {
            assertThatExceptionOfType(LocalException.class)
                    .isThrownBy(() -> create("clash", other, false))
                    .withMessageStartingWith(
                            "table.clash.key = " + other + ", but the table exists with the key email:S.");
        }
    }

    @Test
    void existingStreamOfOtherImagesIsRefused() {
        create("narrow", "email:S", false);
        dynamo.client().updateTable(update -> update.tableName("narrow")
                .streamSpecification(stream -> stream.streamEnabled(true).streamViewType(StreamViewType.KEYS_ONLY)));

        assertThatExceptionOfType(LocalException.class)
                .isThrownBy(() -> create("narrow", "email:S", true))
                .withMessageContaining("table.narrow.stream")
                .withMessageContaining("KEYS_ONLY");
    }

    private static void create(String name, String key, boolean stream) {
        DeclaredTable table = LocalDynamoDb.table(key, stream);
        LocalTables.create(Map.of(name, table), dynamo.asyncClient());
    }

    private static TableDescription describe(String name) {
        return dynamo.client().describeTable(table -> table.tableName(name)).table();
    }
}
