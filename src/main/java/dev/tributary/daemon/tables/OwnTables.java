package dev.tributary.daemon.tables;

import static java.util.stream.Collectors.toSet;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.dynamo.WriteFailure;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/** Creates the daemon's own tables. A start continues without a table that cannot be created; the log names the consequence. */
public final class OwnTables {

    private static final Logger log = LoggerFactory.getLogger(OwnTables.class);

    /** AWS takes seconds to create a table. */
    private static final Duration CREATION_TIMEOUT = Duration.ofSeconds(30);

    private OwnTables() {}

    /**
     * Creates those that the configuration needs and that are missing, in parallel.
     *
     * @return completes when they can be used, or could not be created; never fails
     */
    public static CompletableFuture<Void> create(Settings settings, CheckedTables tables, Clients clients) {
        Set<DynamoDbAsyncClient> local = settings.source().entrySet().stream()
                .filter(source -> tables.isLocal(source.getKey()))
                .map(source -> clients.own(source.getValue()))
                .collect(toSet());
        return CompletableFuture.allOf(NeededTable.of(settings, clients).stream()
                .map(needed -> {
                    DynamoDbAsyncClient place = clients.control(needed.place());
                    return create(needed.table(), place, settings.application(), !local.contains(place));
                })
                .toArray(CompletableFuture[]::new));
    }

    /**
     * Creates a table with its TTL, unless it exists.
     *
     * @param place client of the place
     * @param deletionProtected whether a table that keeps what is nowhere else is created with deletion protection
     * @return completes when the table can be used, or could not be created; never fails
     */
    public static CompletableFuture<Void> create(
            OwnTable table, DynamoDbAsyncClient place, String application, boolean deletionProtected) {
        TableControl control = new TableControl(place, table.name(application));
        TableDefinition definition =
                TableDefinition.of(table.key()).withDeletionProtection(deletionProtected && table.isProtected());
        return control.create(definition)
                .thenCompose(created -> created
                        ? control.awaitActive(CREATION_TIMEOUT)
                                .thenAccept(
                                        active -> log.info("created table {} for {}", control.name(), table.content()))
                        : CompletableFuture.completedFuture(null))
                .thenApply(ready -> true)
                .exceptionally(thrown -> {
                    log.warn(
                            "table {} for {} could not be described or created, and without it {}: {}",
                            control.name(),
                            table.content(),
                            table.consequence(),
                            WriteFailure.of(thrown).message());
                    return false;
                })
                .thenCompose(ready -> table.ttlAttribute()
                        .filter(attribute -> ready)
                        .map(attribute -> enableTtl(table, control, attribute))
                        .orElseGet(() -> CompletableFuture.completedFuture(null)));
    }

    private static CompletableFuture<Void> enableTtl(OwnTable table, TableControl control, String attribute) {
        return control.enableTtl(attribute)
                .thenAccept(enabled -> {
                    if (!enabled.equals(attribute)) {
                        log.warn(
                                "the TTL attribute of table {} is {} and not {}, so expired {} stay and cost storage; they"
                                        + " have no effect",
                                control.name(),
                                enabled,
                                attribute,
                                table.content());
                    }
                })
                .exceptionally(thrown -> {
                    log.warn(
                            "the TTL of table {} could not be described or enabled, so expired {} may stay and cost"
                                    + " storage; they have no effect: {}",
                            control.name(),
                            table.content(),
                            WriteFailure.of(thrown).message());
                    return null;
                });
    }
}
