package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.DescribedTable;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.SourceStateRow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * Checks the source tables: each has a stream of new and old images, and an identity that no other source has.
 *
 * @param described the tables that exist, by the key prefix of their settings
 */
record SourceChecks(Map<String, DescribedTable> described, Clients clients, TableProblems problems) {

    void run(Settings settings) {
        Map<String, String> identities = new HashMap<>();
        settings.source().forEach((name, source) -> {
            DescribedTable table = described.get(CheckedTables.prefix(name));
            if (table != null) {
                checkStream(name, source, table, settings.leaseTable());
            }
            identity(source, table).ifPresent(identity -> checkIdentity(name, identity, identities));
        });
    }

    private void checkStream(String name, SourceSettings source, DescribedTable table, String leaseTable) {
        String key = CheckedTables.prefix(name) + ".table";
        Optional<StreamViewType> viewType = table.streamArn().flatMap(arn -> table.viewType());
        if (viewType.filter(StreamViewType.NEW_AND_OLD_IMAGES::equals).isPresent()
                // The records of its last stream can be read for 24 hours, and health reports the rest.
                || wasRead(name, source, leaseTable)) {
            return;
        }
        if (viewType.isEmpty()) {
            problems.add(key, source.table(), "the table has no stream; enable one with view type NEW_AND_OLD_IMAGES");
        } else {
            problems.add(
                    key,
                    source.table(),
                    "its stream has view type " + viewType.get()
                            + ", and replication needs NEW_AND_OLD_IMAGES; disable the stream and enable a new one,"
                            + " because a view type cannot be changed");
        }
    }

    private boolean wasRead(String name, SourceSettings source, String leaseTable) {
        try {
            return new SourceStateRow(clients.own(source), leaseTable, name)
                    .read()
                    .isPresent();
        } catch (SdkException e) {
            return false; // there is no lease table, or its preparation reports what is wrong with it
        }
    }

    /** Empty if it is derived from a table that could not be described. */
    private Optional<String> identity(SourceSettings source, @Nullable DescribedTable table) {
        return table == null ? source.identity() : Optional.of(SourceIdentity.of(source, table.arn(), clients));
    }

    private void checkIdentity(String name, String identity, Map<String, String> identities) {
        String before = identities.putIfAbsent(identity, name);
        if (before != null) {
            problems.add(
                    CheckedTables.prefix(name) + ".identity",
                    identity,
                    "source " + before + " has this identity too, so a row of a target would not show which source it"
                            + " comes from; give each source its own identity, or, if both read one table, move the"
                            + " routes to source." + before);
        }
    }
}
