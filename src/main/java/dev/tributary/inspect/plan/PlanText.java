package dev.tributary.inspect.plan;

import dev.tributary.inspect.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats estimates as text. Contains keys of items, as examples, and no other values. */
public final class PlanText {

    private PlanText() {}

    /** The lines of a source. */
    public static List<String> lines(SourceEstimate source, Costs costs, Prices prices) {
        List<String> lines = new ArrayList<>();
        lines.add(text(
                "source %s, table %s: %,d items, %,d bytes (%s)",
                source.source(), source.table(), source.items(), source.tableBytes(), counted(source)));
        lines.add(text(
                "  sample: %,d items, %,.0f bytes each on average, %,d the largest",
                source.sampled(), source.itemBytes(), source.largestItem()));
        lines.add(text(
                "  shards: %d (%s)",
                source.shards(), source.shardsKnown() ? "by the lease table" : "estimated: one for each 10 GB"));
        StreamRate rate = costs.rate();
        lines.add(text(
                "  changes: %.3f a second, %.1f %% of them move a row (%s)",
                rate.changes(),
                rate.moves() * 100,
                rate.shards() == 0 ? "as given" : text("by %,d records of the last 24 hours", rate.records())));
        source.routes().forEach(route -> route(source, route, lines));
        table("once, by `tributary backfill`", costs.backfill(), lines);
        List<CostPart> month = costs.month();
        table("a month", month, lines);
        lines.add(text(
                "  idle cost, while the source rests: $%.2f of it",
                Costs.sum(month.stream().filter(CostPart::idle).toList())));
        lines.add(text("  prices: %s, on demand, as of %s; no free tier", prices.region(), prices.asOf()));
        return lines;
    }

    /** The lines of what sources share. */
    public static List<String> lines(SharedCosts shared) {
        List<String> lines = new ArrayList<>();
        lines.add(text(
                "shared by the sources %s: lease table %s (%s) with %d shards, table of jobs",
                String.join(", ", shared.sources()), shared.table(), shared.place(), shared.shards()));
        table("a month", shared.month(), lines);
        return lines;
    }

    private static String counted(SourceEstimate source) {
        if (source.whole()) {
            return "all of them were read";
        }
        return source.items() > source.sampled()
                ? "by DescribeTable, up to 6 hours old"
                : "at least: DescribeTable, which is up to 6 hours old, has counted fewer; --sample reads more";
    }

    private static void route(SourceEstimate source, RouteEstimate route, List<String> lines) {
        double rows = source.items() * route.rows().estimate();
        lines.add("route " + route.route() + " to " + route.target());
        lines.add(text(
                "  rows:        %,.0f (%s), %,.0f bytes and %.2f write units each",
                rows, percent(route.rows()), route.rowBytes(), route.rowUnits()));
        lines.add("  without row: " + percent(route.withoutRow()) + " lack the target's key (missing-key = drop-row)");
        route.parked().forEach((reason, share) -> lines.add("  parked:      " + percent(share) + ": " + reason));
        lines.add("  too large:   " + percent(route.tooLarge())
                + " of the items make a row above 400 KB, which is parked"
                + (route.tooLargeExamples().isEmpty() ? "" : ": " + String.join("; ", route.tooLargeExamples())));
        collisions(rows, route.collisions(), lines);
    }

    private static void collisions(double rows, Collisions collisions, List<String> lines) {
        if (!collisions.possible()) {
            lines.add("  collisions:  none: the target's key contains the source's");
            return;
        }
        if (collisions.pairs() == 0) {
            lines.add("  collisions:  none in the sample"
                    + (collisions.whole()
                            ? ", which is the whole table"
                            : text(
                                    "; up to %,.0f pairs of items with one key are not excluded by it",
                                    collisions.unseenPairsOf(rows))));
            return;
        }
        lines.add(text(
                "  collisions:  %,d of %,d sampled rows belong to another item of the sample%s",
                collisions.losers(),
                collisions.items(),
                collisions.whole()
                        ? ""
                        : text(
                                "; about %,.0f pairs in the table, as if its items shared %,.0f keys",
                                collisions.pairsOf(rows), collisions.effectiveKeys())));
        collisions
                .examples()
                .forEach(example -> lines.add(text(
                        "               %s: %d items, %s",
                        example.key(), example.number(), String.join("; ", example.sources()))));
    }

    /** {@code 12.5 %}, with the interval where the sample is not the whole table. */
    private static String percent(Share share) {
        return share.whole()
                ? text("%.1f %%", share.estimate() * 100)
                : text(
                        "%.1f %%, between %.1f and %.1f %%",
                        share.estimate() * 100, share.low() * 100, share.high() * 100);
    }

    private static void table(String title, List<CostPart> parts, List<String> lines) {
        Columns columns = new Columns("COST " + title, "DOLLARS", "=");
        parts.forEach(part -> columns.row(part.part(), text("%.2f", part.dollars()), part.arithmetic()));
        columns.row("total", text("%.2f", Costs.sum(parts)), "");
        lines.addAll(columns.lines());
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
