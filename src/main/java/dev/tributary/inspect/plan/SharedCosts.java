package dev.tributary.inspect.plan;

import static dev.tributary.inspect.plan.Costs.MILLION;
import static dev.tributary.inspect.plan.Costs.MONTH;
import static dev.tributary.inspect.plan.Costs.READ_UNIT_BYTES;
import static dev.tributary.inspect.plan.Costs.seconds;
import static dev.tributary.inspect.plan.Costs.text;

import dev.tributary.stream.lease.LeaseTimings;
import java.util.List;

/**
 * The costs that the sources in one place share: reports of workers, the leader's lock and scans in the lease table, and
 * reads of the table of jobs for all routes.
 *
 * @param table name of the lease table
 * @param place region or endpoint of the tables
 * @param sources names of the sources
 * @param shards of all of them
 * @param workers that run
 */
public record SharedCosts(
        String table,
        String place,
        List<String> sources,
        int shards,
        int workers,
        LeaseTimings timings,
        Prices prices) {

    /** About the size of a lease, of the state of a source, or of a report. */
    private static final int ROW_BYTES = 400;

    /** Units of a read of 4 KB without consistency. */
    private static final double LOOK = 0.5;

    /** Looks of a worker for each assignment interval: for leases that it has, and for free leases. */
    private static final int LOOKS = 2;

    /** Most looks of a sole worker in a lease duration for free leases. */
    private static final int SOLE_LOOKS = 6;

    /** Units of a worker in a lease duration for each 4 KB: two consistent scans, for the checks of all sources. */
    private static final int CHECKS = 2;

    /** Reads of a worker in a minute: pauses every 5 s, and left pages. */
    private static final int JOB_READS = 13;

    /** The costs for a month, which are due also while the sources rest. */
    public List<CostPart> month() {
        double report = 1 / seconds(timings.workerReport());
        double leader = 1 / seconds(timings.leaderHeartbeat());
        double looks = workers == 1
                ? 1 / seconds(timings.soleWorker()) + SOLE_LOOKS / seconds(timings.lease())
                : (workers * LOOKS + 1) / seconds(timings.assignment());
        double pages = Math.ceil((shards + sources.size() + workers + 1) * ROW_BYTES / READ_UNIT_BYTES);
        double units = pages * (looks * LOOK + workers * CHECKS / seconds(timings.lease()));
        return List.of(
                new CostPart(
                        "lease table: reports, leader's lock",
                        text(
                                "(%d workers × %.2f/s + %.2f/s) × %,.0f s × $%.3f/M",
                                workers, report, leader, MONTH, prices.millionWrites()),
                        (workers * report + leader) * MONTH * prices.millionWrites() / MILLION,
                        true),
                new CostPart(
                        "lease table: scans",
                        text(
                                "%.0f × 4 KB × (%.2f looks/s × %.1f + %d workers × %d / %.0f s) units × %,.0f s × $%.3f/M",
                                pages,
                                looks,
                                LOOK,
                                workers,
                                CHECKS,
                                seconds(timings.lease()),
                                MONTH,
                                prices.millionReads()),
                        units * MONTH * prices.millionReads() / MILLION,
                        true),
                new CostPart(
                        "table of jobs",
                        text(
                                "%d workers × %d reads/min × 43,200 min × $%.3f/M",
                                workers, JOB_READS, prices.millionReads()),
                        workers * JOB_READS * MONTH / 60 * prices.millionReads() / MILLION,
                        true));
    }
}
