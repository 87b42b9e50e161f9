package dev.tributary.inspect.plan;

import static java.util.Objects.requireNonNull;

import dev.tributary.replication.VerifySettings;
import dev.tributary.stream.lease.LeaseTimings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Computes what a source and its routes cost with on-demand tables, by the rules of DynamoDB's developer guide ("Item sizes
 * and formats", "Read and write operations"): a write unit for each KB of the larger of old and new row, two if it is in a
 * transaction; a read unit for each 4 KB, half without consistency; 100 bytes of storage for each row beyond its size. A
 * month has 30 days. The costs that all sources in a lease table share are in {@link SharedCosts}.
 */
public final class Costs {

    static final double MONTH = Duration.ofDays(30).toSeconds();
    static final double MILLION = 1e6;
    private static final double GIGABYTE = 1L << 30;
    private static final int ROW_OVERHEAD = 100;
    static final double READ_UNIT_BYTES = 4096;

    /** A move deletes one row and puts another, in one transaction, which doubles both. */
    private static final int MOVE = 4;

    /** Reads of a worker in a minute for each route, at most: shapes of rows, and the state of the source. */
    private static final int JOB_READS = 2;

    private final SourceEstimate source;
    private final Load load;
    private final Prices prices;

    public Costs(SourceEstimate source, Load load, Prices prices) {
        this.source = source;
        this.load = load;
        this.prices = prices;
    }

    /** The costs of one backfill of all targets. */
    public List<CostPart> backfill() {
        List<CostPart> parts = new ArrayList<>();
        double pages = scan(source.items() * source.itemBytes());
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

    /** The costs of replication for a month. */
    public List<CostPart> month() {
        List<CostPart> parts = new ArrayList<>();
        source.routes().forEach(route -> route(route, parts));
        streamReads(parts);
        leases(parts);
        source.routes().forEach(route -> verification(route, parts));
        parts.add(new CostPart(
                "late-write table",
                text("%d workers × 1 read/min × 43,200 min × $%.3f/M", load.workers(), prices.millionReads()),
                load.workers() * MONTH / 60 * prices.millionReads() / MILLION,
                true));
        int routes = source.routes().size();
        parts.add(new CostPart(
                "table of jobs",
                text(
                        "%d workers × %d routes × %d reads/min × 43,200 min × $%.3f/M",
                        load.workers(), routes, JOB_READS, prices.millionReads()),
                load.workers() * routes * JOB_READS * MONTH / 60 * prices.millionReads() / MILLION,
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
        parts.add(new CostPart(
                "lease table: renewals and progress",
                text("%d shards × %.2f/s × %,.0f s × $%.3f/M", source.shards(), shard, MONTH, prices.millionWrites()),
                source.shards() * shard * MONTH * prices.millionWrites() / MILLION,
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

    /** A verification scans both tables. If its limit makes it longer than its interval, the next one follows at once. */
    private void verification(RouteEstimate route, List<CostPart> parts) {
        VerifySettings settings = requireNonNull(load.verify().get(route.route()));
        settings.interval().ifPresent(interval -> {
            double items = scan(source.items() * source.itemBytes());
            double rows = scan(source.items() * route.rows().estimate() * route.rowBytes());
            double most = settings.readUnits() * MONTH / Math.max(1, items + rows);
            double runs = Math.min(MONTH / seconds(interval), most);
            parts.add(new CostPart(
                    route.route() + ": verification",
                    text(
                            "%.1f runs × (%,.1f scan of items + %,.1f of rows) units × $%.3f/M",
                            runs, items, rows, prices.millionReads()),
                    runs * (items + rows) * prices.millionReads() / MILLION,
                    true));
        });
    }

    /** Units of a scan without consistency. */
    private static double scan(double bytes) {
        return Math.ceil(bytes / READ_UNIT_BYTES) / 2;
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
