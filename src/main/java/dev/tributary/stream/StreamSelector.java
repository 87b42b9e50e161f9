package dev.tributary.stream;

import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.stream.lease.StreamGap;
import dev.tributary.stream.read.GapHandler;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.stream.read.StreamShards;
import dev.tributary.telemetry.Health.Status;
import dev.tributary.telemetry.LogFields;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Selects the stream that this process reads: the one that all workers of the source have agreed on. A stream that the
 * table no longer has is read to its end first; then the gap policy decides whether the next one is read.
 *
 * @param identity of the source table in the rows of its targets
 * @param table name of the source table, or its ARN
 * @param start where the source begins if it was never read before
 * @param enabledStream returns the ARN of the stream with new and old images that the table has now; empty if it has none
 * @param gaps shared by all streams of the source
 */
record StreamSelector(
        String source,
        String identity,
        String table,
        StartPosition start,
        Supplier<Optional<String>> enabledStream,
        DynamoDbStreamsClient streamsClient,
        ShardSync sync,
        GapHandler.Context gaps,
        CurrentReader reader) {

    private static final Logger log = LoggerFactory.getLogger(StreamSelector.class);

    /**
     * Asks for the stream that the table has, and selects.
     *
     * @throws SourceStartException if there is no stream to read, or the configuration contradicts the agreed state
     */
    void select() throws InterruptedException {
        select(enabledStream.get(), Duration.ZERO);
    }

    /**
     * Compares the stream that is read with the stream that the workers agreed on and with the one that the table has,
     * and starts or switches the reader if they differ.
     *
     * @param enabled the stream with new and old images that the table has; empty if it has none
     * @param atMost how old the knowledge of what the workers agreed on may be
     * @throws SourceStartException if there is no stream to read, or the configuration contradicts the agreed state
     */
    void select(Optional<String> enabled, Duration atMost) throws InterruptedException {
        SourceState agreed = row().read(atMost)
                .or(() -> enabled.map(this::begin))
                .orElseThrow(() -> SourceStartException.configuration("source." + source + ".table = " + table
                        + ": the table has no enabled stream with new and old images, and none of it was read before;"
                        + " enable one with view type NEW_AND_OLD_IMAGES"));
        agreed.requireSame(source, identity, table, enabled, gaps.leaseTable());
        health().unacknowledged(agreed.passed(), agreed.further());
        if (reader.streamArn().filter(read -> !read.equals(agreed.streamArn())).isPresent()) {
            log.info(
                    "source {}: another worker has switched to stream {}",
                    LogFields.source(source),
                    agreed.streamArn());
            reader.end();
        }
        if (enabled.filter(agreed.streamArn()::equals).isPresent()) {
            health().streamIsCurrent();
            reader.start(agreed, false);
        } else {
            leave(agreed, enabled);
        }
    }

    private SourceState begin(String streamArn) {
        Instant now = gaps.clock().instant();
        SourceState begun = row().begin(streamArn, identity, now, start.startsAt(now));
        begun.startsAt()
                .ifPresent(at -> log.warn(
                        "source {}: changes before {} are not replicated (source.{}.start=latest); backfill brings the"
                                + " items that are there",
                        LogFields.source(source),
                        at,
                        source));
        return begun;
    }

    /** The table no longer has the agreed stream: reads the rest of it, and then switches if the policy permits. */
    private void leave(SourceState agreed, Optional<String> next) throws InterruptedException {
        String arn = agreed.streamArn();
        StreamGap gap = next.<StreamGap>map(newArn -> new StreamGap.Replaced(arn, newArn))
                .orElseGet(() -> new StreamGap.Disabled(arn));
        ClosedStream closed = new ClosedStream(arn, sync);
        Optional<StreamShards> shards = StreamShards.of(streamsClient, arn);
        if (shards.isPresent() && !closed.readToItsEnd(shards.get())) {
            reader.start(agreed, false);
            health().streamIsOver(Status.DEGRADED, gap, "Reading what is left in the old stream first");
            return;
        }
        if (shards.isEmpty()) {
            reader.end();
        }
        String unread = closed.unread();
        String rest =
                unread.isEmpty() ? "All changes in the old stream have been read" : "The old stream is gone" + unread;
        if (!gaps.policy().passes()) {
            health().streamIsOver(Status.DOWN, gap, rest + ". " + gaps.advice());
        } else if (gap instanceof StreamGap.Replaced replaced) {
            switchStreams(closed, replaced, unread);
        } else {
            health().streamIsOver(Status.DEGRADED, gap, rest + ". Waiting for a new one");
        }
    }

    private void switchStreams(ClosedStream closed, StreamGap.Replaced gap, String unread) throws InterruptedException {
        boolean first = closed.switchToNext(gap, gaps.record(gap, unread));
        if (first) {
            health().passed(gap);
        }
        reader.end();
        SourceState agreed = row().read().orElseThrow();
        health().unacknowledged(agreed.passed(), agreed.further());
        reader.start(agreed, first);
        health().streamIsCurrent();
    }

    private SourceStateRow row() {
        return gaps.state();
    }

    private SourceHealth health() {
        return gaps.health();
    }
}
