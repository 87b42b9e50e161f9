package dev.tributary.inspect.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Writes estimates as JSON. Contains keys of items, as examples, and no other values. */
public final class PlanJson {

    private PlanJson() {}

    /** A source. */
    public static ObjectNode of(SourceEstimate source, Costs costs, Prices prices) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("source", source.source());
        json.put("table", source.table());
        json.put("items", source.items());
        json.put("bytes", source.tableBytes());
        json.put("sampled", source.sampled());
        json.put("whole", source.whole());
        json.put("itemBytes", source.itemBytes());
        json.put("largestItem", source.largestItem());
        json.put("shards", source.shards());
        json.put("shardsKnown", source.shardsKnown());
        json.put("changesPerSecond", costs.rate().changes());
        json.put("moves", costs.rate().moves());
        json.put("streamRecords", costs.rate().records());
        ArrayNode routes = json.putArray("routes");
        source.routes().forEach(route -> route(source, route, routes.addObject()));
        costs(json.putObject("backfill"), costs.backfill());
        List<CostPart> month = costs.month();
        costs(json.putObject("month"), month);
        json.put("idleDollars", Costs.sum(month.stream().filter(CostPart::idle).toList()));
        json.put("pricesAsOf", prices.asOf().toString());
        json.put("pricesRegion", prices.region());
        return json;
    }

    /** What sources share. */
    public static ObjectNode of(SharedCosts shared) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("leaseTable", shared.table());
        json.put("place", shared.place());
        ArrayNode sources = json.putArray("sources");
        shared.sources().forEach(sources::add);
        json.put("shards", shared.shards());
        json.put("workers", shared.workers());
        List<CostPart> month = shared.month();
        costs(json.putObject("month"), month);
        json.put("idleDollars", Costs.sum(month));
        json.put("pricesAsOf", shared.prices().asOf().toString());
        json.put("pricesRegion", shared.prices().region());
        return json;
    }

    private static void route(SourceEstimate source, RouteEstimate route, ObjectNode json) {
        json.put("route", route.route());
        json.put("target", route.target());
        double rows = source.items() * route.rows().estimate();
        json.put("rows", Math.round(rows));
        share(json.putObject("rowShare"), route.rows());
        share(json.putObject("withoutRow"), route.withoutRow());
        ArrayNode parked = json.putArray("parked");
        route.parked().forEach((reason, share) -> share(parked.addObject().put("reason", reason), share));
        share(json.putObject("tooLarge"), route.tooLarge());
        json.put("rowBytes", route.rowBytes());
        json.put("rowUnits", route.rowUnits());
        Collisions found = route.collisions();
        ObjectNode collisions = json.putObject("collisions");
        collisions.put("possible", found.possible());
        collisions.put("sampledPairs", found.pairs());
        collisions.put("sampledLosers", found.losers());
        collisions.put("pairs", found.pairsOf(rows));
        collisions.put("effectiveKeys", found.effectiveKeys());
        ArrayNode examples = collisions.putArray("examples");
        found.examples().forEach(example -> {
            ObjectNode one = examples.addObject().put("key", example.key()).put("items", example.number());
            ArrayNode sources = one.putArray("sources");
            example.sources().forEach(sources::add);
        });
    }

    private static void share(ObjectNode json, Share share) {
        json.put("share", share.estimate()).put("low", share.low()).put("high", share.high());
    }

    private static void costs(ObjectNode json, List<CostPart> parts) {
        ArrayNode list = json.putArray("parts");
        parts.forEach(part -> list.addObject()
                .put("part", part.part())
                .put("dollars", part.dollars())
                .put("arithmetic", part.arithmetic())
                .put("idle", part.idle()));
        json.put("dollars", Costs.sum(parts));
    }
}
