package dev.tributary.daemon.tables;

import dev.tributary.stream.SourceSettings;
import java.util.List;

/**
 * The identity of a source table in the rows of its targets, unique among all tables: {@code <account>:<region>:<table>},
 * unless another one is configured.
 */
public final class SourceIdentity {

    /** An ARN has five parts before the resource: arn, partition, service, region, account. */
    private static final int PARTS = 6;

    private SourceIdentity() {}

    /**
     * Returns the identity of a source table.
     *
     * @param tableArn of the source table
     */
    public static String of(SourceSettings source, String tableArn, Clients clients) {
        return source.identity().orElseGet(() -> {
            List<String> parts = List.of(tableArn.split(":", PARTS));
            // The ARNs of DynamoDB Local do not contain the region, although each region has separate tables.
            String region =
                    parts.get(3).equals("ddblocal") ? clients.region(source).orElse(parts.get(3)) : parts.get(3);
            return parts.get(4) + ":" + region + ":"
                    + parts.get(5).substring(parts.get(5).indexOf('/') + 1);
        });
    }
}
