package dev.tributary.jobs.backfill;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.jobs.reconcile.TargetStates;
import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What processes record about the rows of a target, in a real table. */
class TargetHistoryTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final String SHAPE = "key city:S";
    private static final String OTHER = "key city:S; exclude n";

    private JobTable jobs;
    private TargetStates target;

    @BeforeEach
    void createTable() {
        String name = "jobs-" + UUID.randomUUID();
        new TableControl(dynamo.asyncClient(), name)
                .create(TableDefinition.of(JobTable.KEY))
                .join();
        jobs = new JobTable(dynamo.asyncClient(), name, Duration.ofSeconds(10));
        target = new TargetStates(jobs, "users.by-city", "arn:table/by_city#1");
    }

    private static <T> T get(CompletableFuture<T> call) throws Exception {
        return call.get(30, SECONDS);
    }

    private TargetHistory written(String shape) throws Exception {
        return get(TargetHistory.written(target, shape, NOON));
    }

    private boolean repaired(TargetHistory begun) throws Exception {
        return get(TargetHistory.repaired(target, SHAPE, begun.changes(), NOON));
    }

    @Test
    void aRepairEndsAllReasonsThatWereRecordedBeforeItBegan() throws Exception {
        written(OTHER);
        get(TargetHistory.missed(target, "former", NOON));
        TargetHistory begun = written(SHAPE);
        assertThat(begun.others(SHAPE)).containsExactly(OTHER);
        assertThat(begun.missed()).hasValueSatisfying(missed -> assertThat(missed.text())
                .contains("worker former", "2026-11-23T12:00:00Z"));
        assertThat(written(SHAPE)).as("nothing new").isEqualTo(begun);
        assertThat(repaired(begun)).isTrue();
        TargetHistory after = get(TargetHistory.read(target));
        assertThat(after.others(SHAPE)).isEmpty();
        assertThat(after.missed()).isEmpty();
    }

    @Test
    void aRepairEndsNothingIfAReasonWasRecordedMeanwhile() throws Exception {
        TargetHistory begun = written(SHAPE);
        written(OTHER);
        assertThat(repaired(begun)).as("rows of another shape were written").isFalse();
        TargetHistory again = written(SHAPE);
        assertThat(again.others(SHAPE)).containsExactly(OTHER);
        get(TargetHistory.missed(target, "former", NOON));
        assertThat(repaired(again)).as("changes were missed").isFalse();
        assertThat(get(TargetHistory.read(target)).missed()).isPresent();
    }

    @Test
    void theTimeOfMissedChangesGrowsWithEachRecord() throws Exception {
        get(TargetHistory.missed(target, "one", NOON));
        TargetHistory later = get(TargetHistory.missed(target, "two", NOON.plusSeconds(60)));
        assertThat(later.missed()).hasValueSatisfying(missed -> {
            assertThat(missed.since()).isEqualTo(NOON);
            assertThat(missed.until()).isEqualTo(NOON.plusSeconds(60));
            assertThat(missed.repairableAt(Duration.ofMinutes(15)))
                    .isEqualTo(NOON.plusSeconds(60).plus(TargetHistory.REPEATED).plus(Duration.ofMinutes(15)));
        });
    }

    @Test
    void whatProcessesRecordAtTheSameTimeIsKept() throws Exception {
        get(CompletableFuture.allOf(IntStream.range(0, 10)
                .mapToObj(worker -> TargetHistory.written(target, SHAPE + worker, NOON))
                .toArray(CompletableFuture[]::new)));
        assertThat(get(TargetHistory.read(target)).shapes()).hasSize(10);
    }

    @Test
    void anotherTableHasAHistoryOfItsOwnAndIsListedWithTheSource() throws Exception {
        written(SHAPE);
        TargetStates created = new TargetStates(jobs, "users.by-city", "arn:table/by_city#2");
        assertThat(get(TargetHistory.read(created)).shapes()).isEmpty();
        get(TargetHistory.written(created, SHAPE, NOON));
        get(TargetHistory.written(new TargetStates(jobs, "orders.all", "arn:table/all#1"), SHAPE, NOON));
        assertThat(get(TargetStates.all(jobs, "users"))).containsExactlyInAnyOrder(target, created);
        assertThat(created.isSameArn(target)).isTrue();
        assertThat(new TargetStates(jobs, "users.by-city", "arn:table/other#1").isSameArn(target))
                .isFalse();
    }
}
