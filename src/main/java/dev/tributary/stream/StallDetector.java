package dev.tributary.stream;

import dev.tributary.stream.read.FetchListener;
import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.kinesis.leases.Lease;

/**
 * Detects what has stalled in one source, and measures its lag: for shards that this process reads, the oldest open
 * change, the last successful read and the last renewal; for all shards, whether any worker reads them.
 *
 * <p>It only keeps and compares times. Its methods make no call and never wait, so they answer whatever else hangs. Safe
 * for any thread.
 */
final class StallDetector implements FetchListener {

    private final Limits limits;
    private final Supplier<? extends List<? extends Held>> held;
    private final LastKnownReaders readers;
    private final FetchListener next;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    /** Last successful read by shard id, in nanoseconds of the monotonic clock. */
    private final Map<String, Long> readAt = new ConcurrentHashMap<>();

    /** The last read that waited for memory, likewise. */
    private final Map<String, Long> waitedAt = new ConcurrentHashMap<>();

    private volatile long checkedAt;

    /** Whether no shard is to be read. */
    private volatile boolean onHold;

    /** When shards were to be read again, in nanoseconds of the monotonic clock. */
    private volatile long releasedAt;

    /** A shard whose lease this process holds, or would hold if its renewal were not overdue. */
    interface Held {
        String shardId();

        /** Start of the reading, in nanoseconds of the monotonic clock. */
        long since();

        /** Whether the lease is held. */
        boolean active();

        /** Age of the oldest open change by its creation time; zero if none is open. */
        Duration lag(Instant now);

        /** Time since the oldest open change was taken; zero if none is open. */
        Duration openFor();

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
     */
    record Limits(Duration read, Duration reader, Duration change) {

        private static final int POLLS = 10;

        /** A call to the stream takes 10 s at most, and a pause of 5 s follows a failed one. */
        private static final Duration LEAST_READ = Duration.ofSeconds(15);

        /** Another worker takes over from a killed one after about two lease durations. */
        private static final int LEASES = 4;

        private static final Duration LEAST_READER = Duration.ofSeconds(5);

        /** Several times the duration of a change whose first attempts time out. */
        private static final Duration CHANGE = Duration.ofMinutes(5);

        static Limits of(Duration lease, Duration pollInterval) {
            return new Limits(
                    atLeast(LEAST_READ, pollInterval.multipliedBy(POLLS)),
                    atLeast(LEAST_READER, lease.multipliedBy(LEASES)),
                    CHANGE);
        }

        private static Duration atLeast(Duration least, Duration duration) {
            return duration.compareTo(least) < 0 ? least : duration;
        }
    }

    /** What has stalled. The names are those of the conditions in health, log and metric. */
    enum Kind {
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
    record Stall(Kind kind, String shardId, Duration duration) {

        /** What the stall means and what to do about it. */
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
     * @param next receives the same events
     * @param nanoTime monotonic, such as {@link System#nanoTime()}
     */
    StallDetector(
            Limits limits,
            Supplier<? extends List<? extends Held>> held,
            LastKnownReaders readers,
            FetchListener next,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.limits = limits;
        this.held = held;
        this.readers = readers;
        this.next = next;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.checkedAt = nanoTime.getAsLong();
        this.releasedAt = checkedAt;
    }

    /** Whether reading is held: then no shard is stalled because it is not read. The lag grows all the same. */
    void hold(boolean hold) {
        if (onHold && !hold) {
            releasedAt = nanoTime.getAsLong();
        }
        onHold = hold;
    }

    @Override
    public void fetched(String shardId) {
        readAt.put(shardId, nanoTime.getAsLong());
        next.fetched(shardId);
    }

    @Override
    public void waits(String shardId) {
        waitedAt.put(shardId, nanoTime.getAsLong());
        next.waits(shardId);
    }

    @Override
    public void failed(String shardId, Exception failure) {
        next.failed(shardId, failure);
    }

    /**
     * Notes a check of the stream and its leases.
     *
     * @param shards of the stream; empty if the stream is gone
     */
    void checked(StreamShards shards, List<Lease> leases) {
        long now = nanoTime.getAsLong();
        Set<String> readHere = readHere(held.get());
        readAt.keySet().retainAll(readHere);
        waitedAt.keySet().retainAll(readHere);
        readers.checked(shards, leases, readHere, now);
        checkedAt = now;
    }

    /**
     * The lag of the source as far as this process knows: the greatest of the ages of open changes, the times without a
     * successful read, and the times without a reader. Zero if no change is open and reads succeed.
     */
    Duration lag() {
        Instant time = clock.instant();
        long now = nanoTime.getAsLong();
        List<? extends Held> shards = held.get();
        Duration lag = Duration.ZERO;
        for (Held shard : shards) {
            if (shard.active()) {
                lag = longer(lag, shard.lag(time));
                lag = longer(lag, shard.openFor());
                lag = longer(lag, above(limits.read(), unreadFor(shard, now)));
            }
        }
        for (Duration unread : withoutReader(shards, now).values()) {
            lag = longer(lag, unread);
        }
        return lag;
    }

    /** Everything that is stalled now. */
    List<Stall> stalls() {
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
            Duration unread = unreadFor(shard, now);
            if (unread.compareTo(limits.read()) >= 0 && mayBeRead(now) && !waitsForTargets(shard, anyOpen, now)) {
                stalls.add(new Stall(Kind.NOT_READ, shard.shardId(), unread));
            }
        }
        withoutReader(shards, now).forEach((shard, unread) -> stalls.add(new Stall(Kind.NO_READER, shard, unread)));
        Duration sinceCheck = Duration.ofNanos(now - checkedAt);
        if (sinceCheck.compareTo(limits.reader()) >= 0) {
            stalls.add(new Stall(Kind.NOT_LOOKED_AT, "", sinceCheck));
        }
        return stalls;
    }

    private Map<String, Duration> withoutReader(List<? extends Held> shards, long now) {
        Set<String> readHere = readHere(shards);
        return readers.unreadFor(now).entrySet().stream()
                .filter(unread -> !readHere.contains(unread.getKey()))
                .filter(unread -> unread.getValue().compareTo(limits.reader()) >= 0)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private Duration unreadFor(Held shard, long now) {
        long read = readAt.getOrDefault(shard.shardId(), shard.since());
        return Duration.ofNanos(now - (read - shard.since() < 0 ? shard.since() : read));
    }

    /**
     * Whether the shard is not read because too many changes are open: KCL delivers no more while its own changes are open,
     * and a read waits for memory while changes of any shard are open.
     */
    private boolean waitsForTargets(Held shard, boolean anyOpen, long now) {
        Long waited = waitedAt.get(shard.shardId());
        return isOpen(shard)
                || (anyOpen && waited != null && now - waited < limits.read().toNanos());
    }

    private boolean mayBeRead(long now) {
        return !onHold && now - releasedAt >= limits.read().toNanos();
    }

    private static boolean isOpen(Held shard) {
        return shard.openFor().compareTo(Duration.ZERO) > 0;
    }

    private static Set<String> readHere(List<? extends Held> shards) {
        return shards.stream().filter(Held::active).map(Held::shardId).collect(Collectors.toSet());
    }

    private static Duration above(Duration limit, Duration time) {
        return time.compareTo(limit) < 0 ? Duration.ZERO : time;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
