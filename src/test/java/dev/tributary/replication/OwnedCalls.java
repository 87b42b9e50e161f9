package dev.tributary.replication;

import dev.tributary.model.VersionStamp;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.BatchExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/**
 * The calls of one worker. None may create a row before its timeout while another worker has the lease. Removals may take
 * effect: their sender repeats them, and their guard makes that harmless.
 *
 * @param network that carries the calls
 * @param timeout of a call; a call that takes effect later was given up
 * @param alone whether no other worker has the lease now
 * @param trespass receives each call that breaks the rule
 */
record OwnedCalls(
        FakeDynamoDb.Network network, VirtualTime time, long timeout, BooleanSupplier alone, Consumer<String> trespass)
        implements FakeDynamoDb.Network {

    @Override
    public <T> CompletableFuture<T> send(DynamoDbRequest request, Supplier<T> call) {
        long sent = time.now();
        return network.send(request, () -> {
            if (makesRows(request) && time.now() - sent <= timeout && !alone.getAsBoolean()) {
                trespass.accept(request.getClass().getSimpleName() + " of " + sent + " was carried out at " + time.now()
                        + ", when another worker had the lease");
            }
            return call.get();
        });
    }

    private static boolean makesRows(DynamoDbRequest request) {
        if (request instanceof PutItemRequest put) {
            return isTarget(put.tableName()) && !put.item().containsKey(VersionStamp.EXPIRES);
        }
        if (request instanceof TransactWriteItemsRequest transaction) {
            return transaction.transactItems().stream()
                    .anyMatch(item -> item.put() != null && isTarget(item.put().tableName()));
        }
        return request instanceof BatchExecuteStatementRequest;
    }

    private static boolean isTarget(String table) {
        return table.equals(Simulation.INJECTIVE) || table.equals(Simulation.COLLIDING);
    }
}
