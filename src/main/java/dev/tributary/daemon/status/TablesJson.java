package dev.tributary.daemon.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.inspect.status.JobsStatus;
import dev.tributary.inspect.status.ParkedCount;
import dev.tributary.inspect.status.ParkedReason;
import dev.tributary.inspect.status.RouteStatus;
import dev.tributary.inspect.status.ShardStatus;
import dev.tributary.inspect.status.SourceProgress;
import dev.tributary.inspect.status.SourceStatus;
import dev.tributary.inspect.status.StatusCheck;
import dev.tributary.model.TrimHorizon;
import dev.tributary.stream.lease.WorkerReport;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes what the tables hold as JSON for the status page. Times are milliseconds of the epoch; lists are bounded, with the
 * number of what was left out beside them. Contains digests of items, and neither keys nor values.
 */
final class TablesJson {

    private static final int MAX_SHARDS = 100;
    private static final int MAX_GAPS = 20;
    private static final int MAX_REASONS = 10;
    private static final int MAX_ITEMS = 20;
    private static final int MAX_FINDINGS = 50;

    /** Digits of a digest that identify an item where it has no checksum. */
    private static final int DIGITS = 16;

    private final Instant now;

    TablesJson(Instant now) {
        this.now = now;
    }

    ObjectNode of(List<SourceStatus> sources) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("at", now.toEpochMilli());
        ArrayNode findings = json.putArray("findings");
        sources.stream()
                .flatMap(source -> StatusCheck.of(source, now).stream())
                .limit(MAX_FINDINGS)
                .forEach(finding -> findings.addObject()
                        .put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
                        .put("where", finding.where())
                        .put("what", finding.what()));
        ArrayNode list = json.putArray("sources");
        ObjectNode routes = json.putObject("routes");
        for (SourceStatus source : sources) {
            source(source, list.addObject());
            source.routes().forEach(route -> route(route, routes.putObject(route.name())));
        }
        return json;
    }

    private void source(SourceStatus source, ObjectNode json) {
        SourceProgress progress = source.progress();
        json.put("source", source.name());
        ArrayNode workers = json.putArray("workers");
        progress.alive().stream().map(WorkerReport::worker).forEach(workers::add);
        ArrayNode gone = json.putArray("gone");
        progress.gone().stream().map(WorkerReport::worker).forEach(gone::add);
        ArrayNode shards = json.putArray("shards");
        progress.shards().stream()
                .sorted(Comparator.comparing(
                                (ShardStatus shard) -> !shard.state().unread())
                        .thenComparing(shard -> shard.doneUntil().orElse(Instant.MAX)))
                .limit(MAX_SHARDS)
                .forEach(shard -> shard(shard, shards.addObject()));
        json.put("moreShards", Math.max(0, progress.shards().size() - MAX_SHARDS));
        json.put("endedShards", progress.ended());
        ArrayNode gaps = json.putArray("gaps");
        source.gaps().stream().limit(MAX_GAPS).forEach(gap -> gaps.addObject()
                .put("id", gap.id())
                .put("description", gap.description())
                .put("at", gap.at().toEpochMilli())
                .put("worker", gap.worker()));
        json.put("moreGaps", Math.max(0, source.gaps().size() - MAX_GAPS) + source.furtherGaps());
    }

    private void shard(ShardStatus shard, ObjectNode json) {
        json.put("shard", shard.lease().shardId());
        json.put("state", shard.state().text());
        json.put("unread", shard.state().unread());
        shard.lease().owner().ifPresent(owner -> json.put("owner", owner));
        shard.lease().successor().ifPresent(next -> json.put("successor", next));
        json.put("checkpoint", shard.lease().checkpoint());
        shard.doneUntil().ifPresent(until -> {
            json.put("doneUntil", until.toEpochMilli());
            json.put("leftSeconds", TrimHorizon.left(until, now).toSeconds());
        });
    }

    private void route(RouteStatus route, ObjectNode json) {
        json.put("enabled", route.enabled());
        route.paused()
                .value()
                .flatMap(since -> since)
                .ifPresent(since -> json.put("pausedSince", since.toEpochMilli()));
        route.parked().value().ifPresent(parked -> parked(parked, json.putObject("parked")));
        route.jobs().value().ifPresent(jobs -> jobs(jobs, json));
    }

    private void jobs(JobsStatus jobs, ObjectNode json) {
        jobs.proof().ifPresent(proved -> {
            ObjectNode proof = json.putObject("proof")
                    .put(
                            "state",
                            proved.proof().state(now, proved.every()).name().toLowerCase(Locale.ROOT))
                    .put("faults", proved.proof().faults())
                    .put("text", proved.text(now));
            proved.proof().provenAt().ifPresent(at -> proof.put("at", at.toEpochMilli()));
        });
        Stream.of(jobs.backfill(), jobs.resync())
                .flatMap(Optional::stream)
                .filter(backfill -> !backfill.ended())
                .findFirst()
                .ifPresent(backfill -> json.putObject("backfill").put("read", backfill.read()));
    }

    private static void parked(ParkedCount parked, ObjectNode json) {
        json.put("items", parked.items());
        json.put("more", parked.more());
        ArrayNode reasons = json.putArray("reasons");
        parked.reasons().stream().limit(MAX_REASONS).forEach(reason -> reason(reason, reasons.addObject()));
        json.put("moreReasons", Math.max(0, parked.reasons().size() - MAX_REASONS));
    }

    private static void reason(ParkedReason reason, ObjectNode json) {
        json.put("reason", reason.reason());
        json.put("items", reason.items().size());
        json.put(
                "changes", reason.items().stream().mapToInt(ParkedItem::changes).sum());
        reason.items().stream()
                .flatMap(item -> item.first().stream())
                .map(DeadLetter::parkedAt)
                .min(Comparator.naturalOrder())
                .ifPresent(since -> json.put("since", since.toEpochMilli()));
        ArrayNode items = json.putArray("sample");
        reason.items().stream().limit(MAX_ITEMS).forEach(item -> item(item, items.addObject()));
    }

    private static void item(ParkedItem item, ObjectNode json) {
        json.put("digest", item.item());
        json.put(
                "name",
                item.first()
                        .map(first -> first.stamp().owner().toString())
                        .orElseGet(() -> "item#" + item.item().substring(0, DIGITS)));
        json.put("changes", item.changes());
        item.first().ifPresent(first -> json.put("since", first.parkedAt().toEpochMilli()));
    }
}
