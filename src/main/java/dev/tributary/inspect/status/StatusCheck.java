package dev.tributary.inspect.status;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.inspect.Answer;
import dev.tributary.inspect.status.Finding.Kind;
import dev.tributary.jobs.verify.Proof.State;
import dev.tributary.model.TimeText;
import dev.tributary.model.TrimHorizon;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the problems in the state of a source. Pure; used once. */
public final class StatusCheck {

    /** As the alarm for the lag that the operations manual recommends. */
    static final Duration LATE = Duration.ofMinutes(10);

    /** Longest time until a live worker has taken a shard. */
    static final Duration TAKEN = Duration.ofMinutes(1);

    private final SourceStatus status;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    private StatusCheck(SourceStatus status, Instant now) {
        this.status = status;
        this.now = now;
    }

    /** The problems of a source; empty if there are none. */
    public static List<Finding> of(SourceStatus status, Instant now) {
        return new StatusCheck(status, now).run();
    }

    private List<Finding> run() {
        unread(status.name(), status.description());
        unread(status.name(), status.leases());
        if (status.leases().value().isPresent()) {
            status.state()
                    .ifPresentOrElse(
                            this::reading, () -> person("no worker has read it yet: start one with `tributary run`"));
        }
        status.routes().forEach(this::route);
        return List.copyOf(findings);
    }

    private void reading(SourceState state) {
        stream(state);
        SourceProgress progress = status.progress();
        if (progress.alive().isEmpty()) {
            person("no worker runs: start one with `tributary run`");
        } else {
            progress.shards().stream()
                    .filter(this::isUnread)
                    .forEach(shard ->
                            person("no worker reads shard %s: %s. A live worker takes it within a minute; if not, look"
                                            .formatted(
                                                    shard.lease().shardId(),
                                                    shard.state().text())
                                    + " for conditions in its log"));
        }
        progress.doneUntil().ifPresentOrElse(this::lag, () -> unknownLag(progress));
        int gaps = status.gaps().size() + status.furtherGaps();
        if (gaps > 0) {
            person("%d gap%s not acknowledged, and changes are missing in the targets: tributary gaps"
                    .formatted(gaps, gaps == 1 ? " is" : "s are"));
        }
    }

    /** A shard that has just been opened or released has no owner for a moment. */
    private boolean isUnread(ShardStatus shard) {
        return shard.state().unread()
                && shard.doneUntil()
                        .map(until -> Duration.between(until, now).compareTo(TAKEN) > 0)
                        .orElse(true);
    }

    private void stream(SourceState state) {
        Optional<DescribedTable> table = status.description().value();
        if (table.isEmpty()) {
            return;
        }
        String read = SourceStream.label(state.streamArn());
        Optional<String> enabled = table.filter(
                        described -> described.viewType().isPresent())
                .flatMap(DescribedTable::streamArn)
                .map(SourceStream::label);
        if (enabled.isEmpty()) {
            person("table " + status.table() + " has no stream; the last one that was read is " + read);
        } else if (!enabled.get().equals(read)) {
            person("table " + status.table() + " has the stream " + enabled.get() + ", and " + read
                    + " is read: what was written between the two is in neither (gap replaced-stream)");
        }
    }

    private void lag(Instant doneUntil) {
        Duration behind = Duration.between(doneUntil, now);
        Duration left = TrimHorizon.left(doneUntil, now);
        if (left.isNegative() || left.isZero()) {
            person("every change is in the targets only up to " + doneUntil
                    + ", more than 24 hours ago: the stream may have" + " dropped changes that no target has");
        } else if (behind.compareTo(LATE) > 0) {
            person(
                    "every change is in the targets only up to %s ago; at least %s are left until the stream drops changes"
                            .formatted(TimeText.of(behind), TimeText.of(left)));
        }
    }

    private void unknownLag(SourceProgress progress) {
        if (progress.shards().isEmpty()) {
            person("it has no lease of a shard that could be read");
        } else {
            findings.add(new Finding(
                    Kind.NOTE,
                    status.name(),
                    "how far it has been read is not recorded yet; that takes two lease durations"));
        }
    }

    private void route(RouteStatus route) {
        paused(route);
        unread(route.name(), route.description());
        unread(route.name(), route.parked());
        unread(route.name(), route.jobs());
        route.jobs().value().ifPresent(jobs -> jobs(route.name(), jobs));
        route.parked()
                .value()
                .filter(parked -> parked.items() > 0)
                .ifPresent(parked -> findings.add(new Finding(
                        Kind.PERSON,
                        route.name(),
                        parked.text() + " with dead letters: tributary dead-letters list --route " + route.name())));
    }

    private void paused(RouteStatus route) {
        unread(route.name(), route.paused());
        Optional<Instant> since = route.paused().value().flatMap(paused -> paused);
        if (route.enabled() && since.isEmpty()) {
            return;
        }
        String left = status.progress()
                .doneUntil()
                .map(until -> TrimHorizon.leftText(until, now))
                .orElse("the stream drops changes after 24 hours");
        findings.add(new Finding(
                Kind.PERSON,
                route.name(),
                since.map(time -> "paused " + TimeText.of(Duration.between(time, now)) + " ago")
                                .orElse("paused by its settings")
                        + ", and nothing of source " + status.name() + " is read; " + left + ": "
                        + (route.enabled() ? "tributary resume " + route.name() : "remove enabled=false")));
    }

    private void jobs(String route, JobsStatus jobs) {
        Stream.of(jobs.otherShapes(), jobs.missed())
                .flatMap(Optional::stream)
                .forEach(text -> findings.add(
                        new Finding(Kind.PERSON, route, text + ": tributary backfill " + route + " --reshape")));
        jobs.proof()
                .filter(proved -> proved.proof().state(now, proved.every()) == State.DIFFERS)
                .ifPresent(proved -> findings.add(new Finding(
                        Kind.PERSON, route, proved.text(now) + ": tributary verify " + route + " --repair")));
        jobs.proof()
                .filter(proved -> proved.proof().isOverdue(now, proved.every()))
                .ifPresent(proved -> findings.add(new Finding(
                        Kind.PERSON,
                        route,
                        proved.text(now) + ", and verified every " + TimeText.of(proved.every())
                                + ": does a daemon run, and are verify-read-units enough?")));
        Stream.of(jobs.backfill(), jobs.resync())
                .flatMap(Optional::stream)
                .filter(progress -> !progress.ended())
                .forEach(progress -> findings.add(new Finding(
                        Kind.NOTE,
                        route,
                        "a backfill runs or was interrupted, last recorded "
                                + TimeText.of(Duration.between(progress.savedAt(), now)) + " ago")));
    }

    private void unread(String where, Answer<?> answer) {
        answer.failure()
                .ifPresent(failure -> findings.add(
                        new Finding(failure.mayPass() ? Kind.UNREADABLE : Kind.TABLES, where, failure.problem())));
    }

    private void person(String what) {
        findings.add(new Finding(Kind.PERSON, status.name(), what));
    }
}
