package dev.tributary.inspect.status;

import dev.tributary.inspect.Columns;
import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.model.TimeText;
import dev.tributary.model.TrimHorizon;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.ShardLease;
import dev.tributary.stream.lease.SourceState;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.lease.WorkerReport;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats the state of a source as text. */
public final class StatusText {

    private static final String UNKNOWN = "unknown";
    private static final String NOT_RECORDED = "not recorded";

    private final Instant now;

    public StatusText(Instant now) {
        this.now = now;
    }

    /** The lines of a source, without its problems. */
    public List<String> lines(SourceStatus status) {
        List<String> lines = new ArrayList<>();
        lines.add(status.name() + ": table " + status.table() + " (" + status.place() + ")"
                + status.state().map(this::stream).orElse(""));
        SourceProgress progress = status.progress();
        lines.add("  workers    " + workers(progress));
        lines.add("  in step    " + progress.doneUntil().map(this::inStep).orElse(NOT_RECORDED));
        shards(progress).lines().forEach(line -> lines.add("  " + line));
        if (progress.ended() > 0) {
            lines.add("  and %d shard%s read to the end".formatted(progress.ended(), progress.ended() == 1 ? "" : "s"));
        }
        routes(status).lines().forEach(line -> lines.add("  " + line));
        for (RecordedGap gap : status.gaps()) {
            lines.add("  gap, " + ago(gap.at()) + ": " + gap.description());
        }
        if (status.furtherGaps() > 0) {
            lines.add("  and %d more gaps, which are only in the log".formatted(status.furtherGaps()));
        }
        return lines;
    }

    /** The line of a problem. */
    public static String line(Finding finding) {
        return switch (finding.kind()) {
                    case NOTE -> "note: ";
                    case UNREADABLE -> "unknown: ";
                    case PERSON, TABLES -> "needs a person: ";
                }
                + finding.where() + ": " + finding.what();
    }

    private String stream(SourceState state) {
        return ", stream " + SourceStream.label(state.streamArn()) + ", read since "
                + state.since().truncatedTo(ChronoUnit.SECONDS);
    }

    private String workers(SourceProgress progress) {
        if (progress.alive().isEmpty() && progress.gone().isEmpty()) {
            return "none";
        }
        return progress.alive().size() + " alive" + names(progress.alive())
                + (progress.gone().isEmpty() ? "" : "; " + progress.gone().size() + " gone" + names(progress.gone()));
    }

    private String names(List<WorkerReport> workers) {
        return workers.isEmpty()
                ? ""
                : workers.stream()
                        .map(report -> report.worker() + " (" + ago(report.at()) + ")")
                        .collect(Collectors.joining(", ", ": ", ""));
    }

    private String inStep(Instant doneUntil) {
        return "up to " + ago(doneUntil) + ", " + left(doneUntil) + " left until the stream drops changes";
    }

    private Columns shards(SourceProgress progress) {
        Columns columns = new Columns("SHARD", "STATE", "OWNER", "IN STEP UP TO", "LEFT", "CHECKPOINT");
        for (ShardStatus shard : progress.shards()) {
            ShardLease lease = shard.lease();
            columns.row(
                    lease.shardId(),
                    shard.state().text(),
                    lease.owner().orElse("-")
                            + lease.successor().map(next -> " -> " + next).orElse(""),
                    shard.doneUntil().map(this::ago).orElse(NOT_RECORDED),
                    shard.doneUntil().map(this::left).orElse("-"),
                    lease.checkpoint().equals(ShardLease.BEGINNING) ? "-" : lease.checkpoint());
        }
        return columns;
    }

    private Columns routes(SourceStatus status) {
        Columns columns = new Columns("ROUTE", "TARGET", "PARKED", "BACKFILL", "PROOF");
        status.routes()
                .forEach(route -> columns.row(
                        route.name(),
                        route.target(),
                        route.parked().value().map(this::parked).orElse(UNKNOWN),
                        route.jobs().value().map(this::backfill).orElse(UNKNOWN),
                        route.jobs()
                                .value()
                                .map(jobs -> jobs.proof()
                                        .map(proved -> proved.text(now))
                                        .orElse("-"))
                                .orElse(UNKNOWN)));
        return columns;
    }

    private String backfill(JobsStatus jobs) {
        return Stream.of(jobs.backfill(), jobs.resync())
                .flatMap(Optional::stream)
                .max(Comparator.comparing(BackfillProgress::savedAt))
                .map(progress -> "%d read, %s %s"
                        .formatted(progress.read(), progress.ended() ? "ended" : "recorded", ago(progress.savedAt())))
                .orElse("none");
    }

    private String parked(ParkedCount parked) {
        Optional<String> since = parked.oldest().map(this::ago);
        return parked.items() == 0
                ? "none"
                : parked.text() + since.map(age -> ", the first " + age).orElse("");
    }

    private String ago(Instant time) {
        return TimeText.of(Duration.between(time, now)) + " ago";
    }

    private String left(Instant doneUntil) {
        Duration left = TrimHorizon.left(doneUntil, now);
        return left.isNegative() ? "nothing" : TimeText.of(left);
    }
}
