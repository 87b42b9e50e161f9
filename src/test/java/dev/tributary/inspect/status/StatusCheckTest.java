package dev.tributary.inspect.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.inspect.Answer;
import dev.tributary.inspect.status.Finding.Kind;
import dev.tributary.inspect.status.ShardStatus.State;
import dev.tributary.jobs.verify.Proof;
import dev.tributary.model.KeySchema;
import dev.tributary.stream.lease.LeaseSnapshot;
import dev.tributary.stream.lease.LeaseTimings;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.ShardLease;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.WorkerReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** What of the state of a source needs a person. */
class StatusCheckTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final LeaseTimings TIMINGS = new LeaseTimings(Duration.ofSeconds(8));
    private static final String STREAM = "arn:aws:dynamodb:us-east-1:1:table/users/stream/2026-11-20T08:00:00.000";
    private static final WorkerReport ALIVE = new WorkerReport("one", NOW.minusSeconds(2));
    private static final WorkerReport GONE = new WorkerReport("zero", NOW.minusSeconds(60));

    private final List<RecordedGap> gaps = new ArrayList<>();
    private List<WorkerReport> workers = List.of(ALIVE);
    private String tableStream = STREAM;
    private ParkedCount parked = new ParkedCount(0, false, Optional.empty(), List.of());
    private JobsStatus jobs =
            new JobsStatus(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    @Test
    void aSourceThatIsReadNeedsNobody() {
        assertThat(findings(lease("shard-1", "one", NOW.minusSeconds(20)))).isEmpty();
    }

    @Test
    void aSourceThatNoWorkerHasReadNeedsOne() {
        SourceStatus never = status(LeaseSnapshot.NONE);
        assertThat(StatusCheck.of(never, NOW)).singleElement().satisfies(finding -> assertThat(finding.what())
                .contains("no worker has read it"));
    }

    @Test
    void aSourceWithoutALiveWorkerNeedsOneHoweverFarItWasRead() {
        workers = List.of(GONE);
        assertThat(findings(lease("shard-1", "zero", NOW.minusSeconds(20))))
                .singleElement()
                .asString()
                .contains("PERSON", "no worker runs");
    }

    @Test
    void aShardOfAGoneWorkerIsReportedOnceALiveOneShouldHaveTakenIt() {
        workers = List.of(GONE, ALIVE);
        assertThat(findings(lease("shard-1", "zero", NOW.minusSeconds(59)))).isEmpty();
        assertThat(findings(lease("shard-1", "zero", NOW.minusSeconds(61))))
                .singleElement()
                .asString()
                .contains("PERSON", "no worker reads shard shard-1: owner gone");
        assertThat(findings(lease("shard-1", null, NOW.minusSeconds(61))))
                .singleElement()
                .asString()
                .contains("no owner");
    }

    @Test
    void aLagAboveTenMinutesIsReportedWithTheTimeLeft() {
        assertThat(findings(lease("shard-1", "one", NOW.minusSeconds(600)))).isEmpty();
        assertThat(findings(lease("shard-1", "one", NOW.minus(Duration.ofMinutes(90)))))
                .singleElement()
                .asString()
                .contains("1 h 30 min ago", "at least 22 h 30 min are left");
    }

    @Test
    void aDayWithoutProgressMayHaveLostChanges() {
        assertThat(findings(lease("shard-1", "one", NOW.minus(Duration.ofHours(24)))))
                .singleElement()
                .asString()
                .contains("may have dropped changes");
    }

    @Test
    void theShardThatIsFurthestBehindDecides() {
        assertThat(progress(lease("shard-1", "one", NOW.minusSeconds(5)), lease("shard-2", "one", NOW.minusSeconds(70)))
                        .doneUntil())
                .contains(NOW.minusSeconds(70));
    }

    @Test
    void oneShardOfUnknownProgressMakesThatOfTheSourceUnknown() {
        ShardLease unknown = lease("shard-2", "one", null);
        assertThat(progress(lease("shard-1", "one", NOW), unknown).doneUntil()).isEmpty();
        assertThat(findings(lease("shard-1", "one", NOW), unknown))
                .singleElement()
                .extracting(Finding::kind)
                .isEqualTo(Kind.NOTE);
    }

    @Test
    void aChildIsAsFarAsItsParentUntilItsOwnProgressIsRecordedAndDoesNotCountBefore() {
        ShardLease parent = lease("shard-1", "one", NOW.minusSeconds(30));
        ShardLease child = new ShardLease(
                "shard-2", Optional.empty(), Optional.empty(), "TRIM_HORIZON", Set.of("shard-1"), Optional.empty());
        assertThat(progress(parent, child).shards())
                .extracting(ShardStatus::state)
                .containsExactly(State.READING, State.WAITS_FOR_PARENT);
        assertThat(progress(parent, child).doneUntil()).contains(NOW.minusSeconds(30));
        ShardLease ended = new ShardLease(
                "shard-1", Optional.of("one"), Optional.empty(), "SHARD_END", Set.of(), parent.doneUntil());
        assertThat(progress(ended, child)).satisfies(progress -> {
            assertThat(progress.ended()).isEqualTo(1);
            assertThat(progress.shards()).singleElement().satisfies(shard -> {
                assertThat(shard.state()).isEqualTo(State.NO_OWNER);
                assertThat(shard.doneUntil()).contains(NOW.minusSeconds(30));
            });
        });
    }

    @Test
    void gapsDeadLettersAndAnotherStreamNeedAPerson() {
        gaps.add(new RecordedGap("trimmed", "it was trimmed", NOW, "one"));
        assertThat(findings(lease("shard-1", "one", NOW)))
                .singleElement()
                .asString()
                .contains("1 gap is not");
        gaps.clear();
        parked = new ParkedCount(1, false, Optional.of(NOW), List.of());
        assertThat(findings(lease("shard-1", "one", NOW)))
                .singleElement()
                .asString()
                .contains("users.by-city", "1 item with dead letters", "dead-letters list --route users.by-city");
        parked = new ParkedCount(0, false, Optional.empty(), List.of());
        tableStream = STREAM.replace("2026-11-20", "2026-11-21");
        assertThat(findings(lease("shard-1", "one", NOW)))
                .singleElement()
                .asString()
                .contains("replaced-stream");
        tableStream = "";
        assertThat(findings(lease("shard-1", "one", NOW)))
                .singleElement()
                .asString()
                .contains("has no stream");
    }

    @Test
    void aTableThatCannotBeReadIsNamedAndNotTakenForHealthy() {
        SourceStatus healthy = status(snapshot(lease("shard-1", "one", NOW)));
        for (boolean mayPass : new boolean[] {true, false}) {
            SourceStatus silent = new SourceStatus(
                    "users",
                    "users",
                    "here",
                    healthy.description(),
                    new Answer<>(Optional.empty(), Optional.of(new Answer.Failure("lease table is denied", mayPass))),
                    healthy.progress(),
                    healthy.routes());
            assertThat(StatusCheck.of(silent, NOW))
                    .containsExactly(
                            new Finding(mayPass ? Kind.UNREADABLE : Kind.TABLES, "users", "lease table is denied"));
        }
    }

    @Test
    void aTargetThatDiffersIsStaleOrHasRowsOfAnotherShapeNeedsAPerson() {
        Duration day = Duration.ofDays(1);
        Instant before = NOW.minus(day.multipliedBy(3));
        Proof differs = Proof.of(Map.of("since", before.toString(), "last", NOW.toString(), "faults", "2"), NOW);
        Proof stale = Proof.of(Map.of("since", before.toString()), NOW);
        jobs = new JobsStatus(
                Optional.empty(),
                Optional.empty(),
                Optional.of(new JobsStatus.Proved(differs, day)),
                Optional.of("rows of another shape"),
                Optional.of("changes are missing"));
        assertThat(findings(lease("shard-1", "one", NOW)))
                .extracting(Finding::what)
                .anySatisfy(what -> assertThat(what).contains("found 2 faults", "--repair"))
                .anySatisfy(
                        what -> assertThat(what).contains("rows of another shape", "backfill users.by-city --reshape"))
                .anySatisfy(
                        what -> assertThat(what).contains("changes are missing", "backfill users.by-city --reshape"));
        jobs = new JobsStatus(
                Optional.empty(),
                Optional.empty(),
                Optional.of(new JobsStatus.Proved(stale, day)),
                Optional.empty(),
                Optional.empty());
        assertThat(findings(lease("shard-1", "one", NOW))).singleElement().satisfies(finding -> assertThat(
                        finding.what())
                .contains("stale: not proven right yet", "every 1 d 0 h"));
    }

    private List<Finding> findings(ShardLease... leases) {
        return StatusCheck.of(status(snapshot(leases)), NOW);
    }

    private SourceProgress progress(ShardLease... leases) {
        return SourceProgress.of(snapshot(leases), TIMINGS, NOW);
    }

    private LeaseSnapshot snapshot(ShardLease... leases) {
        return new LeaseSnapshot(
                Optional.of(new SourceState(STREAM, NOW, "epoch", "users", Optional.empty(), List.copyOf(gaps), 0)),
                List.of(leases),
                workers);
    }

    private SourceStatus status(LeaseSnapshot leases) {
        DescribedTable table = new DescribedTable(
                "id",
                "arn:aws:dynamodb:us-east-1:1:table/users",
                KeySchema.parse("email:S"),
                Map.of(),
                Map.of(),
                Optional.of(tableStream).filter(arn -> !arn.isEmpty()),
                tableStream.isEmpty() ? Optional.empty() : Optional.of(StreamViewType.NEW_AND_OLD_IMAGES));
        return new SourceStatus(
                "users",
                "users",
                "here",
                answer(table),
                answer(leases),
                SourceProgress.of(leases, TIMINGS, NOW),
                List.of(new RouteStatus(
                        "users.by-city",
                        "by_city",
                        answer(table),
                        answer(parked),
                        true,
                        answer(Optional.empty()),
                        answer(jobs))));
    }

    private static <T> Answer<T> answer(T value) {
        return new Answer<>(Optional.of(value), Optional.empty());
    }

    private static ShardLease lease(String shard, String owner, Instant doneUntil) {
        return new ShardLease(
                shard,
                Optional.ofNullable(owner),
                Optional.empty(),
                "300000000000000000001",
                Set.of(),
                Optional.ofNullable(doneUntil));
    }
}
