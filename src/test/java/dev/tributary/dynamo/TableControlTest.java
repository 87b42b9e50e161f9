package dev.tributary.dynamo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

class TableControlTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final KeySchema KEY = new KeySchema(
            new KeyAttribute("id", AttributeType.S), Optional.of(new KeyAttribute("no", AttributeType.N)));

    private final TableControl table = new TableControl(dynamo.asyncClient(), "table-" + UUID.randomUUID());

    @Test
    void aTableIsCreatedOnceHoweverManyCreateItAtTheSameTime() {
        List<CompletableFuture<Boolean>> calls = Stream.generate(() -> table.create(TableDefinition.of(KEY)))
                .limit(4)
                .toList();
        assertThat(calls.stream().map(CompletableFuture::join)).containsOnlyOnce(true);
        assertThat(table.awaitActive(Duration.ofSeconds(10)).join().key()).isEqualTo(KEY);
        assertThat(table.create(TableDefinition.of(KEY)).join()).isFalse();
    }

    @Test
    void aTableHasTheStreamAndTheIndexOfItsDefinition() {
        KeySchema index = new KeySchema(new KeyAttribute("owner", AttributeType.S), Optional.of(KEY.partition()));
        table.create(TableDefinition.of(KEY).withStream(true).withIndex("byOwner", index))
                .join();
        assertThat(table.describe().join().viewType()).contains(StreamViewType.NEW_AND_OLD_IMAGES);
        assertThat(dynamo.client()
                        .describeTable(request -> request.tableName(table.name()))
                        .table()
                        .globalSecondaryIndexes())
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.indexName()).isEqualTo("byOwner");
                    assertThat(found.keySchema())
                            .extracting(key -> key.attributeName())
                            .containsExactly("owner", "id");
                });
    }

    @Test
    void aMissingTableIsEmptyOrAnException() {
        assertThat(table.find().join()).isEmpty();
        assertThatThrownBy(() -> Calls.join(table.describe())).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void ttlIsEnabledOnceAndForOneAttribute() {
        table.create(TableDefinition.of(KEY)).join();
        assertThat(table.ttlAttribute().join()).isEmpty();
        for (String attribute : List.of("first", "first", "second")) {
            assertThat(table.enableTtl(attribute).join()).isEqualTo("first");
        }
        assertThat(table.ttlAttribute().join()).contains("first");
    }

    @Test
    void ttlMayBeEnabledByTwoAtTheSameTime() {
        table.create(TableDefinition.of(KEY)).join();
        CompletableFuture<String> one = table.enableTtl("expires");
        CompletableFuture<String> other = table.enableTtl("expires");
        assertThat(one.join()).isEqualTo("expires");
        assertThat(other.join()).isEqualTo("expires");
    }

    @Test
    void aDescriptionWithoutAKeyIsAFailedCall() {
        assertThatThrownBy(() -> DescribedTable.of(TableDescription.builder().build()))
                .isInstanceOf(SdkClientException.class);
    }
}
