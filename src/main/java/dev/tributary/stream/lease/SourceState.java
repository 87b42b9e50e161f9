package dev.tributary.stream.lease;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state of a source that all its workers share.
 *
 * @param streamArn the stream that is read
 * @param since when the first worker began to read the stream
 * @param epoch first part of the versions of the stream's changes; see {@link Epoch}
 * @param identity of the source table in the rows of its targets
 * @param startsAt changes before this time are passed without a write; empty if there is no such time
 * @param passed gaps that reading passed and that are not acknowledged, the oldest first
 * @param further number of gaps beyond those in {@code passed}, which is bounded
 */
public record SourceState(
        String streamArn,
        Instant since,
        String epoch,
        String identity,
        Optional<Instant> startsAt,
        List<RecordedGap> passed,
        int further) {

    /**
     * Refuses a source whose configuration is not that of the source which the workers have read.
     *
     * @param source its name
     * @param identity of the configured table
     * @param table name of the configured table, or its ARN
     * @param stream a stream that the table has; empty if it has none
     * @param leaseTable name of the lease table, for the message
     * @throws SourceStartException if the identity or the table is another one
     */
    public void requireSame(String source, String identity, String table, Optional<String> stream, String leaseTable) {
        String forget = "delete the rows of the source in the lease table " + leaseTable
                + ": stop the workers, and run `tributary forget " + source + " --yes`";
        // With another identity, the source's items would find rows of other owners where their own are.
        if (!this.identity.equals(identity)) {
            throw SourceStartException.configuration("source." + source + ".identity = " + identity
                    + ": the rows of its targets are those of " + this.identity + "; set source." + source
                    + ".identity=" + this.identity + ", or, for other targets, " + forget);
        }
        if (isOther(table, stream)) {
            throw SourceStartException.configuration("source." + source + ".table = " + table
                    + ": the workers have read " + tableOf(streamArn).orElse(streamArn)
                    + ". Name that table again, or, if " + table + " takes its place, " + forget
                    + ". Then compare the targets: `tributary verify " + source + "`");
        }
    }

    /**
     * Whether the stream is of another table: as long as that exists, its stream would be read, which has no end. Two tables of
     * one name differ in region and account.
     */
    private boolean isOther(String table, Optional<String> stream) {
        Optional<String> read = tableOf(streamArn);
        return stream.isPresent()
                ? !read.equals(stream.flatMap(SourceState::tableOf))
                : read.filter(arn -> !arn.equals(table) && !arn.endsWith("/" + table))
                        .isPresent();
    }

    /** The ARN of the table that has a stream. */
    private static Optional<String> tableOf(String streamArn) {
        int end = streamArn.indexOf("/stream/");
        return end < 0 ? Optional.empty() : Optional.of(streamArn.substring(0, end));
    }
}
