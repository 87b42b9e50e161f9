package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.local.LocalStreams;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStateRow;
import java.util.Objects;
import java.util.Optional;

/** What the workers of a source have agreed on, in the lease table. */
public final class AgreedSource {

    private AgreedSource() {}

    /**
     * Reads the state of a source. Waits for DynamoDB, and throws what the SDK throws.
     *
     * @return empty if no worker has begun to read the source
     * @throws SourceStartException if they have read another table, or write rows of another identity
     */
    public static Optional<SourceState> read(String name, Settings settings, CheckedTables tables, Clients clients) {
        SourceSettings source = Objects.requireNonNull(settings.source().get(name));
        Optional<SourceState> state = new SourceStateRow(clients.own(source), settings.leaseTable(), name).read();
        state.ifPresent(agreed -> agreed.requireSame(
                name,
                SourceIdentity.of(source, tables.source(name).arn(), clients),
                source.table(),
                tables.source(name).streamArn().map(LocalStreams::toAws),
                settings.leaseTable()));
        return state;
    }
}
