package dev.tributary.daemon.tables;

import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.dynamo.WriteFailure;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;

/** Finds the TTL attributes of tables whose items are read. */
public final class TtlAttributes {

    private static final Logger log = LoggerFactory.getLogger(TtlAttributes.class);

    private final Clients clients;

    public TtlAttributes(Clients clients) {
        this.clients = clients;
    }

    /**
     * The TTL attribute of a table; empty if it has none, or if it may not be described.
     *
     * @param resource the prefix of the settings of the resource
     */
    public Optional<String> of(String resource, TableSettings table, Optional<String> configured) {
        if (configured.isPresent()) {
            return configured;
        }
        try {
            return Calls.join(new TableControl(clients.control(table), table.table()).ttlAttribute());
        } catch (SdkException e) {
            log.warn(
                    "the TTL of table {} could not be described, so {} shows items that have expired until DynamoDB removes"
                            + " them; allow dynamodb:DescribeTimeToLive, or set {}.ttl: {}",
                    table.table(),
                    resource,
                    resource,
                    WriteFailure.of(e).message());
            return Optional.empty();
        }
    }
}
