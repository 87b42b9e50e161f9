package dev.tributary.inspect.plan;

import dev.tributary.stream.lease.LeaseTimings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Computes what a source and its routes cost with on-demand tables, by the rules of DynamoDB's developer guide ("Item sizes
 * and formats", "Read and write operations"): a write unit for each KB of the larger of old and new row, two if it is in a
 * transaction; a read unit for each 4 KB, half without consistency; 100 bytes of storage for each row beyond its size. A month
 * has 30 days. The lease table costs what it does for a source that is alone in it.
 */
public final class Costs {

    private static final double MONTH = Duration.ofDays(30).toSeconds();
    private static final double MILLION = 1e6;
    private static final double GIGABYTE = 1L << 30;
    private static final int ROW_OVERHEAD = 100;
    private static final double READ_UNIT_BYTES = 4096;

    /** A move deletes one row and puts another, in one transaction, which doubles both. */
    private static final int MOVE = 4;

    /** Units of a look at the lease table, of up to 4 KB, without consistency. */
    private static final double LOOK = 0.5;

    /** Looks of a worker for each assignment interval: for leases that it has, and that nobody has. */
    private static final int LOOKS = 2;

    /** Most looks of a worker that is alone, in a lease duration, for leases that nobody has. */
    private static final int SOLE_LOOKS = 6;

    /** Units of a worker in a lease duration: a scan, and a consistent read, for the check of the stream. */
    private static final double CHECK = 1.5;

    /** Reads a minute for each route: left pages, shapes of rows, and the state of the source. */
    private static final int JOB_READS = 3;

    private final SourceEstimate source;
    private final Load load;
    private final Prices prices;

    public Costs(SourceEstimate source, Load load, Prices prices) {
        this.source = source;
        this.load = load;
        this.prices = prices;
    }

    /** What bringing all items to all targets costs once. */
    public List<CostPart> backfill() {
        List<CostPart> parts = new ArrayList<>();
        double pages = Math.ceil(source.items() * source.itemBytes() / READ_UNIT_BYTES) / 2;
        for (RouteEstimate route : source.routes()) {
            double rows = source.items() * route.rows().estimate();
            parts.add(new CostPart(
                    route.route() + ": reads of the source",
                    text(
                            "(%,.0f scan + %,.0f rows × %.2f read again) units × $%.3f/M",
                            pages, rows, source.readUnits(), prices.millionReads()),
                    (pages + rows * source.readUnits()) * prices.millionReads() / MILLION,
                    false));
            parts.add(new CostPart(
                    route.route() + ": writes of rows",
                    text("%,.0f rows × %.2f units × $%.3f/M", rows, route.rowUnits(), prices.millionWrites()),
                    rows * route.rowUnits() * prices.millionWrites() / MILLION,
                    false));
        }
        return parts;
    }

    /** What the replication costs a month. */
    public List<CostPart> month() {
        List<CostPart> parts = new ArrayList<>();
        source.routes().forEach(route -> route(route, parts));
        streamReads(parts);
        leases(parts);
        parts.add(new CostPart(
                "late-write table",
                text("1 read/min × 43,200 min × $%.3f/M", prices.millionReads()),
                MONTH / 60 * prices.millionReads() / MILLION,
                true));
        int routes = source.routes().size();
        parts.add(new CostPart(
                "table of jobs",
                text("%d routes × %d reads/min × 43,200 min × $%.3f/M", routes, JOB_READS, prices.millionReads()),
                routes * JOB_READS * MONTH / 60 * prices.millionReads() / MILLION,
                true));
        return parts;
    }

    /** The changes that the costs are computed for. */
    StreamRate rate() {
        return load.rate();
    }

    /** The sum of parts, in dollars. */
    public static double sum(List<CostPart> parts) {
        return parts.stream().mapToDouble(CostPart::dollars).sum();
    }

    private void route(RouteEstimate route, List<CostPart> parts) {
        double rows = source.items() * route.rows().estimate();
        double gigabytes = rows * (route.rowBytes() + ROW_OVERHEAD) / GIGABYTE;
        parts.add(new CostPart(
                route.route() + ": storage of rows",
                text(
                        "%,.0f rows × (%,.0f + 100) bytes = %.3f GB × $%.2f",
                        rows, route.rowBytes(), gigabytes, prices.gigabyteMonth()),
                gigabytes * prices.gigabyteMonth(),
                true));
        double perSecond = load.changes() * route.rows().estimate();
        double factor = 1 + load.moves() * (MOVE - 1);
        parts.add(new CostPart(
                route.route() + ": writes of rows",
                text(
                        "%.2f changes/s × %.2f units × %.2f (%.0f %% moves at 4) × %,.0f s × $%.3f/M",
                        perSecond, route.rowUnits(), factor, load.moves() * 100, MONTH, prices.millionWrites()),
                perSecond * route.rowUnits() * factor * MONTH * prices.millionWrites() / MILLION,
                false));
    }

    private void streamReads(List<CostPart> parts) {
        double idle = 1 / seconds(load.idlePoll());
        parts.add(new CostPart(
                "stream reads at rest",
                text(
                        "%d shards × %.2f reads/s × %,.0f s × $%.2f/M",
                        source.shards(), idle, MONTH, prices.millionStreamReads()),
                source.shards() * idle * MONTH * prices.millionStreamReads() / MILLION,
                true));
        if (load.changes() > 0) {
            double busy = Math.max(0, 1 / seconds(load.poll()) - idle);
            parts.add(new CostPart(
                    "stream reads in use, beyond",
                    text(
                            "%d shards × %.2f reads/s × %,.0f s × $%.2f/M",
                            source.shards(), busy, MONTH, prices.millionStreamReads()),
                    source.shards() * busy * MONTH * prices.millionStreamReads() / MILLION,
                    false));
        }
    }

    private void leases(List<CostPart> parts) {
        LeaseTimings timings = load.lease();
        double shard = 1 / seconds(timings.renewal()) + 1 / seconds(timings.progress());
        double worker = 1 / seconds(timings.workerReport());
        double leader = 1 / seconds(timings.leaderHeartbeat());
        double writes = source.shards() * shard + load.workers() * worker + leader;
        parts.add(new CostPart(
                "lease table: writes",
                text(
                        "(%d shards × %.2f/s + %d workers × %.2f/s + %.2f/s) × %,.0f s × $%.3f/M",
                        source.shards(), shard, load.workers(), worker, leader, MONTH, prices.millionWrites()),
                writes * MONTH * prices.millionWrites() / MILLION,
                true));
        double looks = load.workers() == 1
                ? 1 / seconds(timings.soleWorker()) + SOLE_LOOKS / seconds(timings.lease())
                : (load.workers() * LOOKS + 1) / seconds(timings.assignment());
        double units = looks * LOOK + load.workers() * CHECK / seconds(timings.lease());
        parts.add(new CostPart(
                "lease table: reads",
                text(
                        "(%.2f looks/s × %.1f + %d workers × %.1f / %.0f s) × %,.0f s × $%.3f/M",
                        looks, LOOK, load.workers(), CHECK, seconds(timings.lease()), MONTH, prices.millionReads()),
                units * MONTH * prices.millionReads() / MILLION,
                true));
        if (load.changes() > 0) {
            double checkpoints = source.shards() * Math.min(1 / seconds(load.checkpoint()), load.changes());
            parts.add(new CostPart(
                    "lease table: checkpoints",
                    text("%.2f/s × %,.0f s × $%.3f/M", checkpoints, MONTH, prices.millionWrites()),
                    checkpoints * MONTH * prices.millionWrites() / MILLION,
                    false));
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
