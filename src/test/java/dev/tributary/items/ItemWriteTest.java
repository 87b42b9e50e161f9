package dev.tributary.items;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.document.RefusedException;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

class ItemWriteTest {

    private static final KeySchema ID = new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());

    private final Resource route = GivenResources.plain(
            "t",
            new GivenWrites("/t", "t", Map.of(), Map.of()).settings(),
            ID,
            new FakeTable(),
            Duration.ofSeconds(1),
            Clock.systemUTC());

    private TransactWriteItem patch(String document) throws RefusedException {
        ItemChange change = route.patch(
                Map.of("id", AttributeValue.fromS("a")),
                document.getBytes(StandardCharsets.UTF_8),
                new Precondition.None());
        return ((NextCall.Send) change.first()).write().transactItem();
    }

    /** DynamoDB Local takes an update without an expression in a transaction, and the service does not. */
    @Test
    void patchThatChangesNothingIsACheckInATransaction() throws Exception {
        TransactWriteItem item = patch("{}");
        assertThat(item.update()).isNull();
        assertThat(item.conditionCheck().key()).containsOnlyKeys("id");
        assertThat(item.conditionCheck().conditionExpression()).isEqualTo("attribute_exists(#0)");
        assertThat(item.conditionCheck().expressionAttributeNames()).containsEntry("#0", "id");
        assertThat(patch("{\"x\":1}").update().updateExpression()).isEqualTo("SET #1=:0");
    }
}
