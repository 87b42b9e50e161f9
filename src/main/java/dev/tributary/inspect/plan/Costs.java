package dev.tributary.inspect.plan;

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

    /** Small reads of the lease table by each worker a second: assignments, discovery and the check of readers. */
    private static final double LEASE_READS = 6;

    /** Writes for each lease in a lease duration: three renewals, and one record of progress in two durations. */
    private static final double LEASE_WRITES = 3.5;

    /** Writes of a worker in a lease duration: four reports, and three heartbeats of the leader. */
    private static final double WORKER_WRITES = 7;

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
        double lease = seconds(load.lease());
        double writes = (source.shards() * LEASE_WRITES + load.workers() * WORKER_WRITES) / lease;
        parts.add(new CostPart(
                "lease table: writes",
                text(
                        "(%d shards × 3.5 + %d workers × 7) / %.0f s = %.2f/s × %,.0f s × $%.3f/M",
                        source.shards(), load.workers(), lease, writes, MONTH, prices.millionWrites()),
                writes * MONTH * prices.millionWrites() / MILLION,
                true));
        parts.add(new CostPart(
                "lease table: reads",
                text(
                        "%d workers × %.0f reads/s × %,.0f s × $%.3f/M",
                        load.workers(), LEASE_READS, MONTH, prices.millionReads()),
                load.workers() * LEASE_READS * MONTH * prices.millionReads() / MILLION,
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
        return duration.toMillis() / 1000.0;
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
