package dev.tributary.inspect.status;

import dev.tributary.inspect.status.ShardStatus.State;
import dev.tributary.stream.lease.LeaseSnapshot;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.ShardLease;
import dev.tributary.stream.lease.WorkerReport;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The progress of the reading of a source, derived from its lease table.
 *
 * @param alive workers that report
 * @param gone workers that no longer report and have not left in order
 * @param shards that have not been read to their end
 * @param ended number of shards that have
 */
public record SourceProgress(List<WorkerReport> alive, List<WorkerReport> gone, List<ShardStatus> shards, int ended) {

    public static SourceProgress of(LeaseSnapshot leases, LeaseTimings timings, Instant now) {
        List<WorkerReport> alive = leases.workers().stream()
                .filter(report -> report.alive(now, timings))
                .toList();
        List<WorkerReport> gone = leases.workers().stream()
                .filter(report -> !alive.contains(report))
                .toList();
        Set<String> names = alive.stream().map(WorkerReport::worker).collect(Collectors.toUnmodifiableSet());
        Map<String, ShardLease> byShard =
                leases.leases().stream().collect(Collectors.toUnmodifiableMap(ShardLease::shardId, lease -> lease));
        List<ShardStatus> shards = leases.leases().stream()
                .filter(lease -> !lease.ended())
                .map(lease -> new ShardStatus(lease, state(lease, byShard, names), doneUntil(lease, byShard)))
                .toList();
        return new SourceProgress(alive, gone, shards, leases.leases().size() - shards.size());
    }

    /**
     * The time up to which every change of the source had ended on every route when that was last recorded; empty if it is
     * unknown of a shard that has to be read now.
     */
    public Optional<Instant> doneUntil() {
        List<ShardStatus> open = shards.stream()
                .filter(shard -> shard.state() != State.WAITS_FOR_PARENT)
                .toList();
        return open.stream().anyMatch(shard -> shard.doneUntil().isEmpty())
                ? Optional.empty()
                : open.stream().flatMap(shard -> shard.doneUntil().stream()).min(Comparator.naturalOrder());
    }

    private static State state(ShardLease lease, Map<String, ShardLease> byShard, Set<String> alive) {
        boolean waits = parents(lease, byShard).anyMatch(parent -> !parent.ended());
        if (waits) {
            return State.WAITS_FOR_PARENT;
        }
        return lease.owner()
                .map(owner -> alive.contains(owner) ? State.READING : State.OWNER_GONE)
                .orElse(State.NO_OWNER);
    }

    private static Optional<Instant> doneUntil(ShardLease lease, Map<String, ShardLease> byShard) {
        return lease.doneUntil().or(() -> parents(lease, byShard)
                .flatMap(parent -> parent.doneUntil().stream())
                .min(Comparator.naturalOrder()));
    }

    /** A missing lease of a parent counts as that of a shard that has been read, as KCL does it. */
    private static Stream<ShardLease> parents(ShardLease lease, Map<String, ShardLease> byShard) {
        return lease.parents().stream().filter(byShard::containsKey).map(byShard::get);
    }
}
