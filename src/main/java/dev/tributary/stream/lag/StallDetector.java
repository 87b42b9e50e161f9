package dev.tributary.stream.lag;

import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.kinesis.leases.Lease;

/**
 * Detects what has stalled in one source: for shards that this process reads, the oldest open change, the last successful
 * read and the last renewal; for all shards, whether any worker reads them.
 *
 * <p>It only keeps and compares times. Its methods make no call and never wait, so they return even if other parts hang.
 * Safe for any thread.
 */
public final class StallDetector {

    private final Limits limits;
    private final Supplier<? extends List<? extends Held>> held;
    private final LastKnownReaders readers;
    private final ReadTimes reads;
    private final LongSupplier nanoTime;

    private volatile long checkedAt;

    /** Whether no shard is to be read. */
    private volatile boolean onHold;

    /** When shards were to be read again, in nanoseconds of the monotonic clock. */
    private volatile long releasedAt;

    /** A shard whose lease this process holds, or would hold if its renewal were not overdue. */
    public interface Held {
        String shardId();

        /** Start of the reading, in nanoseconds of the monotonic clock. */
        long since();

        /** Whether the lease is held. */
        boolean active();

        /** Age of the oldest open change by its creation time; zero if none is open. */
        Duration lag(Instant now);

        /** Time since the oldest open change was taken; zero if none is open. */
        Duration openFor();

        /** Whether nothing is left to read in the shard. */
        boolean ending();

        /** The shard since the start of its reading. */
        default ReadTimes.Reading reading() {
            return new ReadTimes.Reading(shardId(), since());
        }

        /** Whether nothing is written because the next renewal of the lease is overdue. */
        boolean renewalOverdue();

        Duration sinceRenewal();
    }

    /**
     * The times after which something counts as stalled.
     *
     * @param read time without a successful read
     * @param reader time without a known reader, or without a check of the stream
     * @param change time since an open change was taken
     * @param attempt time without an attempt to read a shard, whether it succeeds or fails, if few shards are read
     */
    public record Limits(Duration read, Duration reader, Duration change, Duration attempt) {

        private static final int POLLS = 10;

        /** A call to the stream takes 10 s at most, and a pause of 5 s follows a failed one. */
        private static final Duration LEAST_READ = Duration.ofSeconds(15);

        /** Another worker takes over from a killed one after about two lease durations. */
        private static final int LEASES = 4;

        private static final Duration LEAST_READER = Duration.ofSeconds(5);

        /** Several times the duration of a change whose first attempts time out. */
        private static final Duration CHANGE = Duration.ofMinutes(5);

        /** An attempt makes several calls, each of which takes 30 s at most. */
        private static final Duration ATTEMPT = Duration.ofMinutes(5);

        /** Shards that are read at the same time. */
        private static final int READS = 16;

        public static Limits of(Duration lease, Duration pollInterval) {
            return new Limits(
                    atLeast(LEAST_READ, pollInterval.multipliedBy(POLLS)),
                    atLeast(LEAST_READER, lease.multipliedBy(LEASES)),
                    CHANGE,
                    atLeast(ATTEMPT, pollInterval.multipliedBy(POLLS)));
        }

        /** The time without an attempt to read one of this number of shards. */
        Duration attempt(int shards) {
            return attempt.multipliedBy(1 + shards / READS);
        }

        private static Duration atLeast(Duration least, Duration duration) {
            return duration.compareTo(least) < 0 ? least : duration;
        }
    }

    /** The kinds of stalls. The names are those of the conditions in health, log and metric. */
    public enum Kind {
        STUCK_CHANGE,
        NOT_READ,
        LEASE_NOT_RENEWED,
        NO_READER,
        NOT_LOOKED_AT;

        String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A stall.
     *
     * @param shardId empty if the whole source is affected
     * @param duration of the stall so far
     */
    public record Stall(Kind kind, String shardId, Duration duration) {

        /** A message with the meaning of the stall and the remedy. */
        String describe() {
            long seconds = duration.toSeconds();
            String meaning =
                    switch (kind) {
                        case STUCK_CHANGE ->
                            "a change was taken %d s ago and has not ended on every route; no checkpoint"
                                    + " passes it. If no route says why, take a thread dump and restart this process";
                        case NOT_READ -> "no read has succeeded for %d s";
                        case LEASE_NOT_RENEWED ->
                            "its lease was last renewed %d s ago, and nothing is written until it" + " is renewed";
                        case NO_READER ->
                            "no worker is known to have read it for %d s: it has no lease, or one that is"
                                    + " not renewed, or not read by its owner. Look for the workers of the source";
                        case NOT_LOOKED_AT ->
                            "its stream and its lease table were last checked %d s ago, so it is"
                                    + " unknown whether all shards are read";
                    };
            return kind.tag() + ": " + (shardId.isEmpty() ? "" : "shard " + shardId + ": ")
                    + meaning.formatted(seconds);
        }
    }

    /**
     * @param held returns the shards that this process reads
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    public StallDetector(
            Limits limits,
            Supplier<? extends List<? extends Held>> held,
            ReadTimes reads,
            LastKnownReaders readers,
            LongSupplier nanoTime) {
        this.limits = limits;
        this.held = held;
        this.reads = reads;
        this.readers = readers;
        this.nanoTime = nanoTime;
        this.checkedAt = nanoTime.getAsLong();
        this.releasedAt = checkedAt;
    }

    /** Whether reading is held: then no shard is stalled because it is not read. The lag grows all the same. */
    public void hold(boolean hold) {
        if (onHold && !hold) {
            releasedAt = nanoTime.getAsLong();
        }
        onHold = hold;
    }

    /**
     * Records a check of the stream and its leases.
     *
     * @param shards of the stream; empty if the stream is gone
     * @param doneUntil the recorded times up to which shards were done, by shard id
     */
    public void checked(StreamShards shards, List<Lease> leases, Map<String, Instant> doneUntil) {
        long now = nanoTime.getAsLong();
        Set<String> readHere = readHere(held.get());
        reads.retain(readHere);
        readers.checked(shards, leases, doneUntil, readHere);
        checkedAt = now;
    }

    /** All stalls now. */
    public List<Stall> stalls() {
        long now = nanoTime.getAsLong();
        List<? extends Held> shards = held.get();
        boolean anyOpen = shards.stream().anyMatch(shard -> shard.active() && isOpen(shard));
        List<Stall> stalls = new ArrayList<>();
        for (Held shard : shards) {
            if (shard.renewalOverdue()) {
                stalls.add(new Stall(Kind.LEASE_NOT_RENEWED, shard.shardId(), shard.sinceRenewal()));
            }
            if (!shard.active()) {
                continue;
            }
            if (shard.openFor().compareTo(limits.change()) >= 0) {
                stalls.add(new Stall(Kind.STUCK_CHANGE, shard.shardId(), shard.openFor()));
            }
            Duration unread = reads.unread(shard.reading());
            if (unread.compareTo(limits.read()) >= 0 && mayBeRead(limits.read()) && !waitsForTargets(shard, anyOpen)) {
                stalls.add(new Stall(Kind.NOT_READ, shard.shardId(), unread));
            }
        }
        readers.without(readHere(shards), limits.reader())
                .forEach((shard, unread) -> stalls.add(new Stall(Kind.NO_READER, shard, unread)));
        Duration sinceCheck = Duration.ofNanos(now - checkedAt);
        if (sinceCheck.compareTo(limits.reader()) >= 0) {
            stalls.add(new Stall(Kind.NOT_LOOKED_AT, "", sinceCheck));
        }
        return stalls;
    }

    /**
     * The shards of this process that are not read, although nothing keeps them from it: their reads neither succeed nor fail.
     * A table or a stream that does not reply is no reason, because calls time out.
     */
    public List<String> silent() {
        List<? extends Held> shards = held.get().stream().filter(Held::active).toList();
        boolean anyOpen = shards.stream().anyMatch(StallDetector::isOpen);
        Duration limit = limits.attempt(shards.size());
        return shards.stream()
                .filter(shard -> mayBeRead(limit) && !shard.ending() && !waitsForTargets(shard, anyOpen))
                .filter(shard -> reads.unattempted(shard.reading()).compareTo(limit) >= 0)
                .map(Held::shardId)
                .toList();
    }

    /**
     * Whether the shard is not read because too many changes are open: KCL delivers no more while its own changes are open,
     * and a read waits for memory while changes of any shard are open.
     */
    private boolean waitsForTargets(Held shard, boolean anyOpen) {
        return isOpen(shard) || (anyOpen && reads.hasWaited(shard.shardId(), limits.read()));
    }

    /** Whether reading has not been held within the time. */
    private boolean mayBeRead(Duration within) {
        return !onHold && nanoTime.getAsLong() - releasedAt >= within.toNanos();
    }

    private static boolean isOpen(Held shard) {
        return shard.openFor().compareTo(Duration.ZERO) > 0;
    }

    /** Ids of the shards whose leases are held. */
    public static Set<String> readHere(List<? extends Held> shards) {
        return shards.stream().filter(Held::active).map(Held::shardId).collect(Collectors.toSet());
    }
}
