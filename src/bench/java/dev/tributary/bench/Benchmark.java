package dev.tributary.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Measures a replication from end to end, and the ceilings: the highest rates of the stream and the target without it.
 *
 * <p>DynamoDB Local and the replication have a process each; the ceilings are measured in this one. The replication's
 * process starts for each drain, so its code is as cold as after a deployment. The code of this process is compiled from
 * the second round on, that of the database from the first. {@link Options} lists the settings.
 */
final class Benchmark {

    /** A drain and the ceilings of its database. */
    private record Round(Drain.Result drain, Ceilings.Result ceilings) {}

    private Benchmark() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options = Options.fromSystemProperties();
        System.out.printf(
                "%d changes of %s, seed %d, %d rounds, delay %d ms each way, poll %d ms; Java %s, %d processors%n%n",
                options.changes(),
                Users.ROW_KB == 0 ? "small rows" : Users.ROW_KB + " KB",
                options.seed(),
                options.rounds(),
                options.delay().toMillis(),
                options.poll().toMillis(),
                Runtime.version().feature(),
                Runtime.getRuntime().availableProcessors());
        List<Round> rounds = new ArrayList<>();
        for (int round = 0; round < options.rounds(); round++) {
            try (Database database = Database.start(options.delay())) {
                Workload workload = new Workload(options.seed());
                // The database compiles its code here. Otherwise it would be cold for the drain, and warm for the
                // ceilings
                // that follow.
                Drain.run(database, workload, options);
                Drain.Result drain = Drain.run(database, workload, options);
                rounds.add(new Round(drain, Ceilings.run(database, options.changes())));
            }
        }
        print(rounds);
        if (!options.latencyTime().isZero()) {
            Latency.Result replicated = Latency.replicated(options);
            Latency.Result bare = Latency.bare(options);
            System.out.printf(
                    "%nWrite answered to row visible, at %d writes/s%n%-28s%10s%10s%10s%10s%n",
                    options.latencyRate(), "", "p50 ms", "p99 ms", "max ms", "writes");
            print("replication", replicated);
            print("bare loop, without KCL", bare);
        }
        System.exit(0);
    }

    private static void print(List<Round> rounds) {
        System.out.printf("%-40s%10s   %s%n", "", "median", "rounds");
        row("drain, changes/s from start", "%.0f", rounds, round -> round.drain()
                .perSecond());
        row("  of the second half", "%.0f", rounds, round -> round.drain().warmPerSecond());
        row("  start to first write, s", "%.2f", rounds, round -> round.drain().firstWrite());
        row("  core-s per 1,000 changes", "%.3f", rounds, round -> round.drain().cpu());
        row("    of the second half", "%.3f", rounds, round -> round.drain().warmCpu());
        row("  of DynamoDB Local meanwhile", "%.2f", rounds, round -> round.drain()
                .databaseCpu());
        row("  failed attempts to write", "%.0f", rounds, round -> round.drain().failures());
        row("  peak RSS, MB", "%.0f", rounds, round -> round.drain().peakRss());
        ceiling("GetRecords, records/s", rounds, Ceilings.Result::getRecords);
        ceiling("PutItem, rows/s", rounds, Ceilings.Result::putItem);
        ceiling("BatchWriteItem, rows/s", rounds, Ceilings.Result::batchWriteItem);
        ceiling("guarded writes alone, writes/s", rounds, Ceilings.Result::guarded);
    }

    private static void ceiling(String name, List<Round> rounds, Function<Ceilings.Result, Ceilings.Rate> of) {
        Function<Round, Ceilings.Rate> rate = of.compose(Round::ceilings);
        row(name, "%.0f", rounds, round -> rate.apply(round).perSecond());
        row("  core-s per 1,000", "%.3f", rounds, round -> rate.apply(round).cpu());
        row("  of DynamoDB Local meanwhile", "%.2f", rounds, round -> rate.apply(round)
                .databaseCpu());
        row("  at concurrency", "%.0f", rounds, round -> rate.apply(round).concurrency());
        row(
                "  drain / this",
                "%.2f",
                rounds,
                round -> round.drain().perSecond() / rate.apply(round).perSecond());
        row(
                "  second half / this",
                "%.2f",
                rounds,
                round -> round.drain().warmPerSecond() / rate.apply(round).perSecond());
    }

    private static void row(String name, String format, List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] values = rounds.stream().mapToDouble(value).toArray();
        StringBuilder all = new StringBuilder();
        for (double each : values) {
            all.append(format.formatted(each)).append("  ");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        System.out.printf(
                "%-40s%10s   %s%n",
                name,
                format.formatted(sorted[sorted.length / 2]),
                all.toString().strip());
    }

    private static void print(String name, Latency.Result result) {
        System.out.printf(
                "%-28s%10.1f%10.1f%10.1f%10d%n", name, result.p50(), result.p99(), result.max(), result.count());
    }
}
