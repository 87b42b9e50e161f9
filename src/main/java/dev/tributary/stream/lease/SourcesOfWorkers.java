package dev.tributary.stream.lease;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The sources that each live worker reads, by the workers' reports in a lease table, and the number of leases of each.
 *
 * <p>KCL assigns any lease to any worker, but a worker may have another configuration, such as the next one during a
 * deployment. Each worker adds the sources that it reads to its report; before it has done so, it counts as one that reads
 * all.
 */
public final class SourcesOfWorkers {

    /** Ours, in KCL's row of the worker. */
    static final String SOURCES = "tributarySources";

    /** In place of an empty set, which DynamoDB does not store. */
    static final String NONE = "/";

    /** By worker; without those that have recorded none. */
    private final Map<String, Set<String>> sources = new HashMap<>();

    private final Set<String> alive = new HashSet<>();
    private final Map<String, Integer> leases = new HashMap<>();

    private SourcesOfWorkers() {}

    /**
     * @param rows of a lease table
     * @param alive whether the worker with this row is alive
     */
    static SourcesOfWorkers of(
            Collection<Map<String, AttributeValue>> rows, Predicate<Map<String, AttributeValue>> alive) {
        SourcesOfWorkers found = new SourcesOfWorkers();
        for (Map<String, AttributeValue> row : rows) {
            AttributeValue owner = row.get(LeaseRows.OWNER);
            if (LeaseSnapshot.isReport(row)) {
                found.add(row, alive.test(row));
            } else if (owner != null) {
                found.assigned(owner.s());
            }
        }
        return found;
    }

    /**
     * As they are at a time.
     *
     * @param rows of a lease table
     */
    static SourcesOfWorkers at(Instant now, LeaseTimings timings, Collection<Map<String, AttributeValue>> rows) {
        return of(rows, row -> LeaseSnapshot.report(row).alive(now, timings));
    }

    private void add(Map<String, AttributeValue> report, boolean isAlive) {
        String worker = requireNonNull(report.get(LeaseRows.KEY)).s();
        AttributeValue read = report.get(SOURCES);
        if (read != null) {
            sources.put(worker, Set.copyOf(read.ss()));
        }
        if (isAlive) {
            alive.add(worker);
        }
    }

    /** Whether the worker reads the source of the lease, for as far as is known; it need not be alive. */
    boolean reads(String worker, String leaseKey) {
        Set<String> known = sources.get(worker);
        return known == null || known.contains(source(leaseKey));
    }

    /** Whether a live worker reads the source of the lease; also if none is known to be alive. */
    boolean isRead(String leaseKey) {
        return alive.isEmpty() || alive.stream().anyMatch(worker -> reads(worker, leaseKey));
    }

    /** The live workers that read the source of the lease, but for one, the one with the fewest leases first. */
    List<String> readers(String leaseKey, String except) {
        List<String> readers = new ArrayList<>(alive.stream()
                .filter(worker -> !worker.equals(except) && reads(worker, leaseKey))
                .toList());
        readers.sort(Comparator.<String>comparingInt(worker -> leases.getOrDefault(worker, 0))
                .thenComparing(Comparator.naturalOrder()));
        return readers;
    }

    /** One more lease has been assigned to the worker. */
    void assigned(String worker) {
        leases.merge(worker, 1, Integer::sum);
    }

    private static String source(String leaseKey) {
        return LeaseKey.parse(leaseKey).map(LeaseKey::source).orElse(NONE);
    }
}
