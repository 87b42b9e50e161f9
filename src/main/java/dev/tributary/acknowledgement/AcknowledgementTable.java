package dev.tributary.acknowledgement;

import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The table of writes that have ended and that another process may wait for. Safe for any thread. */
public final class AcknowledgementTable {

    private static final String ID = "id";
    private static final String FAILED = "failed";

    /** The TTL attribute of the table. */
    public static final String TTL_ATTRIBUTE = "expires";

    /** The key of the table. */
    public static final KeySchema KEY = new KeySchema(new KeyAttribute(ID, AttributeType.S), Optional.empty());

    /** Time for which the end of a write is kept. */
    static final Duration LIFE = Duration.ofHours(1);

    private final DynamoDbAsyncClient client;
    private final String name;
    private final InstantSource clock;
    private final Duration timeout;

    /** @param timeout of one call */
    public AcknowledgementTable(DynamoDbAsyncClient client, String name, InstantSource clock, Duration timeout) {
        this.client = client;
        this.name = name;
        this.clock = clock;
        this.timeout = timeout;
    }

    String name() {
        return name;
    }

    CompletableFuture<Void> store(WriteMark mark, Acknowledgement ended) {
        Map<String, AttributeValue> row = new HashMap<>();
        row.put(ID, AttributeValue.fromS(mark.id()));
        row.put(
                TTL_ATTRIBUTE,
                AttributeValue.fromN(String.valueOf(clock.instant().plus(LIFE).getEpochSecond())));
        if (!ended.failed().isEmpty()) {
            row.put(
                    FAILED,
                    AttributeValue.fromSs(ended.failed().stream().sorted().toList()));
        }
        return client.putItem(put ->
                        put.tableName(name).item(row).overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(done -> null);
    }

    CompletableFuture<Optional<Acknowledgement>> find(WriteMark mark) {
        return client.getItem(get -> get.tableName(name)
                        .key(Map.of(ID, AttributeValue.fromS(mark.id())))
                        .consistentRead(true)
                        .overrideConfiguration(call -> call.apiCallTimeout(timeout)))
                .thenApply(response -> response.hasItem()
                        ? Optional.of(new Acknowledgement(
                                response.item().containsKey(FAILED)
                                        ? Set.copyOf(response.item().get(FAILED).ss())
                                        : Set.of()))
                        : Optional.empty());
    }
}
