package dev.tributary.replication;

import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Findings;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.jobs.verify.VerifiedRoute;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.projection.Projection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * The source as a table, and verifications of a target one after the other, concurrent with the workers. Their calls go
 * through a faulty network, and the digests of rows sometimes do not fit.
 */
final class SimulatedVerifier {

    private static final String SOURCE = "verified";
    private static final KeySchema SOURCE_KEY = KeySchema.parse("id:S");
    private static final long POLL = 100;

    private final VirtualTime time;
    private final RandomGenerator random;
    private final FakeTables tables;
    private final Function<SimulatedProcess, FaultyNetwork> networks;
    private final List<SimulatedShard> shards;
    private final boolean waits;
    private final List<String> alarms = new ArrayList<>();
    private int running;
    private int proofs;
    private long decided;

    /** @param waits whether differences wait for replication */
    SimulatedVerifier(
            VirtualTime time,
            RandomGenerator random,
            FakeTables tables,
            SourceHistory history,
            Function<SimulatedProcess, FaultyNetwork> networks,
            List<SimulatedShard> shards,
            boolean waits) {
        this.time = time;
        this.random = random;
        this.tables = tables;
        this.networks = networks;
        this.shards = shards;
        this.waits = waits;
        tables.create(SOURCE, "id");
        history.lineages().stream()
                .flatMap(List::stream)
                .flatMap(shard -> shard.records().stream())
                .forEach(record -> time.in(record.at(), () -> {
                    Item item =
                            record.change().after().or(record.change()::before).orElseThrow();
                    tables.set(
                            SOURCE,
                            Map.of("id", item.attributes().get("id")),
                            record.change().after().map(Item::attributes));
                }));
    }

    /** Differences that were reported, and verifications that failed. */
    List<String> alarms() {
        return alarms;
    }

    /** Verifications that have ended with every suspect decided. */
    int proofs() {
        return proofs;
    }

    /** Suspects that were looked at and were right in the end. */
    long decided() {
        return decided;
    }

    boolean rests() {
        return running == 0;
    }

    /** Verifies again and again until a moment. */
    void start(String target, Projection projection, long until) {
        if (time.now() < until) {
            verify(target, projection).whenComplete((done, thrown) -> {
                if (thrown != null) {
                    alarms.add("a verification failed: " + thrown);
                }
                time.in(1 + random.nextLong(500), () -> start(target, projection, until));
            });
        }
    }

    private CompletableFuture<Void> verify(String target, Projection projection) {
        running++;
        SimulatedProcess process = new SimulatedProcess(time);
        FakeDynamoDb client = new FakeDynamoDb(tables, networks.apply(process));
        VirtualTimer timer =
                new VirtualTimer(time, asked -> 1 + random.nextLong(1 + Math.min(asked, 20)), process::run);
        Verification verification = new Verification(
                new VerifiedRoute(target, "users", SOURCE_KEY, projection, false, Optional.empty(), Set.of()),
                new Verification.Tables(client, SOURCE, client, target),
                random.nextInt(3) == 0 ? 2 : 1_000,
                Position.start(1 + random.nextInt(3)),
                new PacedCalls(UnitRateLimiter.unlimited(), timer),
                this::catchUp,
                new Findings() {
                    @Override
                    public CompletableFuture<Boolean> isParked(ItemKey item) {
                        return CompletableFuture.completedFuture(false);
                    }

                    @Override
                    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
                        differences.forEach(difference -> alarms.add(time.now() + " ms: " + difference.kind() + " "
                                + difference.rowKey().attributes() + " of "
                                + difference.sourceKey().map(Item::attributes)));
                        return CompletableFuture.completedFuture(differences);
                    }
                },
                () -> Instant.EPOCH);
        return verification.all().whenComplete((done, thrown) -> {
            running--;
            proofs += thrown == null && verification.counts().undecided() == 0 ? 1 : 0;
        });
    }

    /** By the checkpoints as the lease table has them. */
    private CompletableFuture<CatchUp.Result> catchUp() {
        CompletableFuture<CatchUp.Result> done = new CompletableFuture<>();
        long asked = time.now();
        decided++;
        time.every(waits ? POLL : 1, () -> {
            boolean passed = !waits
                    || shards.stream()
                            .allMatch(shard -> shard.isEnded()
                                    || shard.readCheckpoint()
                                            >= shard.records().stream()
                                                    .filter(record -> record.at() <= asked)
                                                    .count());
            if (passed) {
                done.complete(CatchUp.Result.CAUGHT_UP);
            }
            return !passed;
        });
        return done;
    }
}
