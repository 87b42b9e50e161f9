package dev.tributary.inspect.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.jobs.backfill.BackfillProgress;
import dev.tributary.model.TrimHorizon;
import dev.tributary.stream.lease.WorkerReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Writes the state of sources as JSON. Times are ISO texts in UTC, spans are seconds; what is unknown is left out. */
public final class StatusJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Instant now;

    public StatusJson(Instant now) {
        this.now = now;
    }

    /** One object for all sources. */
    public ObjectNode of(List<SourceStatus> sources, List<Finding> findings) {
        ObjectNode report = JSON.objectNode();
        report.put("at", now.toString());
        ArrayNode list = report.putArray("sources");
        sources.forEach(source -> list.add(source(source)));
        ArrayNode wrong = report.putArray("findings");
        findings.forEach(finding -> wrong.addObject()
                .put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
                .put("where", finding.where())
                .put("what", finding.what()));
        return report;
    }

    private ObjectNode source(SourceStatus status) {
        ObjectNode source = JSON.objectNode();
        source.put("source", status.name());
        source.put("table", status.table());
        status.state().ifPresent(state -> {
            source.put("stream", state.streamArn());
            source.put("since", state.since().toString());
        });
        SourceProgress progress = status.progress();
        ArrayNode workers = source.putArray("workers");
        progress.alive().forEach(report -> worker(workers, report, true));
        progress.gone().forEach(report -> worker(workers, report, false));
        progress.doneUntil().ifPresent(until -> progress(source, until));
        ArrayNode shards = source.putArray("shards");
        progress.shards().forEach(shard -> shard(shards.addObject(), shard));
        source.put("endedShards", progress.ended());
        ArrayNode routes = source.putArray("routes");
        status.routes().forEach(route -> route(routes.addObject(), route));
        ArrayNode gaps = source.putArray("gaps");
        status.gaps().forEach(gap -> gaps.addObject()
                .put("id", gap.id())
                .put("description", gap.description())
                .put("at", gap.at().toString())
                .put("worker", gap.worker()));
        source.put("furtherGaps", status.furtherGaps());
        return source;
    }

    private static void worker(ArrayNode workers, WorkerReport report, boolean alive) {
        workers.addObject()
                .put("worker", report.worker())
                .put("reported", report.at().toString())
                .put("alive", alive);
    }

    private void shard(ObjectNode json, ShardStatus shard) {
        json.put("shard", shard.lease().shardId());
        json.put("state", shard.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        shard.lease().owner().ifPresent(owner -> json.put("owner", owner));
        shard.lease().successor().ifPresent(next -> json.put("successor", next));
        json.put("checkpoint", shard.lease().checkpoint());
        shard.doneUntil().ifPresent(until -> progress(json, until));
    }

    private void progress(ObjectNode json, Instant doneUntil) {
        json.put("doneUntil", doneUntil.toString());
        json.put("lagSeconds", Math.max(0, Duration.between(doneUntil, now).toSeconds()));
        json.put("secondsLeft", Math.max(0, TrimHorizon.left(doneUntil, now).toSeconds()));
    }

    private void route(ObjectNode json, RouteStatus route) {
        json.put("route", route.name());
        json.put("target", route.target());
        route.parked().value().ifPresent(parked -> {
            json.put("parkedItems", parked.items());
            json.put("moreParkedItems", parked.more());
            parked.oldest().ifPresent(oldest -> json.put("parkedSince", oldest.toString()));
        });
        json.put("enabled", route.enabled());
        route.paused().value().flatMap(since -> since).ifPresent(since -> json.put("pausedSince", since.toString()));
        route.jobs().value().ifPresent(jobs -> jobs(json, jobs));
    }

    private void jobs(ObjectNode json, JobsStatus jobs) {
        jobs.backfill().ifPresent(progress -> backfill(json.putObject("backfill"), progress));
        jobs.resync().ifPresent(progress -> backfill(json.putObject("resync"), progress));
        jobs.otherShapes().ifPresent(text -> json.put("otherShapes", text));
        jobs.missed().ifPresent(text -> json.put("missedChanges", text));
        jobs.proof().ifPresent(proved -> {
            ObjectNode proof = json.putObject("proof");
            proof.put("state", proved.proof().state(now, proved.every()).name().toLowerCase(Locale.ROOT));
            proved.proof().provenAt().ifPresent(time -> proof.put("provenAt", time.toString()));
            proof.put("faults", proved.proof().faults());
            proof.put("undecided", proved.proof().undecided());
        });
    }

    private static void backfill(ObjectNode json, BackfillProgress progress) {
        json.put("ended", progress.ended());
        json.put("read", progress.read());
        json.put("refused", progress.refused());
        json.put("recorded", progress.savedAt().toString());
        progress.filledAt().ifPresent(time -> json.put("filledAt", time.toString()));
    }
}
