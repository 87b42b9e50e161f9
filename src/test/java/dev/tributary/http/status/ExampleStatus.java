package dev.tributary.http.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A status in which every part of the page has something to show, the same each time. */
public final class ExampleStatus implements StatusSource {

    private static final int SAMPLES = 180;
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Clock clock = Clock.systemUTC();

    private record ExampleRoute(String name, String from, String to, double rate, double latency) {}

    private static final List<ExampleRoute> ROUTES = List.of(
            new ExampleRoute("orders.by-customer", "orders", "orders_by_customer", 84, 0.62),
            new ExampleRoute("orders.open", "orders", "orders_open", 31, 0.58),
            new ExampleRoute("users.by-city", "users", "users_by_city", 12, 0.71),
            new ExampleRoute("users.search", "users", "users_search", 12, 1.3));

    /** The page of this status, with actions that do nothing. */
    public static StatusPage page() {
        return new StatusPage(new ExampleStatus(), new GivenActions(), Duration.ofSeconds(10));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private long ago(Duration age) {
        return clock.millis() - age.toMillis();
    }

    @Override
    public StatusEvent first() {
        ObjectNode json = object();
        json.put("version", "0.1.0");
        json.put("worker", "worker-1");
        json.put("application", "tributary");
        json.put("startedAt", ago(Duration.ofHours(53)));
        json.put("intervalSeconds", INTERVAL.toSeconds());
        json.put("samples", SAMPLES);
        json.put("uncharted", 0);
        json.put("coarseTimes", false);
        json.put("actions", true);
        ArrayNode routes = json.putArray("routes");
        ROUTES.forEach(route -> routes.addObject()
                .put("route", route.name())
                .put("source", route.from())
                .put("from", route.from())
                .put("fromPlace", "eu-west-1")
                .put("to", route.to())
                .put("toPlace", "eu-central-1"));
        json.set("history", history());
        ArrayNode conditions = json.putArray("conditions");
        condition(conditions, Duration.ofMinutes(2), "route users.search", "UP", "writing");
        condition(
                conditions,
                Duration.ofMinutes(4),
                "route users.search",
                "DEGRADED",
                "table users_search is throttled, at most 40 writes a second");
        condition(conditions, Duration.ofMinutes(31), "source users", "DEGRADED", "1 gap is not acknowledged");
        ArrayNode configuration = json.putArray("configuration");
        List.of(
                        List.of("application", "tributary"),
                        List.of("source.orders.table", "orders"),
                        List.of("source.orders.route.by-customer.table", "orders_by_customer"),
                        List.of("admin.token-list", "(hidden)"))
                .forEach(value -> configuration.addArray().add(value.get(0)).add(value.get(1)));
        return new StatusEvent("first", json.toString());
    }

    private void condition(ArrayNode list, Duration age, String component, String status, String detail) {
        list.addObject()
                .put("at", ago(age))
                .put("component", component)
                .put("status", status)
                .put("detail", detail);
    }

    private ObjectNode history() {
        ObjectNode json = object();
        ArrayNode at = json.putArray("at");
        long now = clock.millis();
        for (int i = 0; i < SAMPLES; i++) {
            at.add(now - (SAMPLES - 1 - i) * INTERVAL.toMillis());
        }
        ObjectNode series = json.putObject("routes");
        Random random = new Random(15);
        ROUTES.forEach(route -> {
            ArrayNode rates = series.putObject(route.name()).putArray("rate");
            ArrayNode latencies = ((ObjectNode) series.get(route.name())).putArray("latency");
            for (int i = 0; i < SAMPLES; i++) {
                boolean throttled = route.name().equals("users.search") && i > 120 && i < 150;
                double wave = 1 + 0.25 * Math.sin(i / 21.0 + route.rate()) + 0.08 * random.nextGaussian();
                rates.add(route.rate() * Math.max(0.1, wave) * (throttled ? 0.6 : 1));
                latencies.add(route.latency()
                        * (1 + 0.08 * random.nextGaussian())
                        * (throttled ? 1 + 0.2 * Math.min(i - 120, 150 - i) : 1));
            }
        });
        return json;
    }

    @Override
    public List<StatusEvent> now() {
        ObjectNode json = object().put("at", clock.millis()).put("status", "DEGRADED");
        json.putArray("components")
                .addArray()
                .add("source users")
                .add("DEGRADED")
                .add("1 gap is not acknowledged");
        ObjectNode routes = json.putObject("routes");
        ROUTES.forEach(route -> routes.putObject(route.name())
                .put("rate", route.rate())
                .put("latency", route.latency())
                .put("changes", 123_456)
                .put("parked", 0)
                .put("paused", false));
        json.putObject("lags").put("orders", 0.4).put("users", 0.6);
        return List.of(new StatusEvent("now", json.toString()));
    }

    @Override
    public CompletableFuture<StatusEvent> tables() {
        ObjectNode json = object().put("at", clock.millis());
        ArrayNode findings = json.putArray("findings");
        findings.addObject()
                .put("kind", "person")
                .put("where", "users.search")
                .put("what", "3 items with dead letters: tributary dead-letters list --route users.search");
        ArrayNode sources = json.putArray("sources");
        ArrayNode orders = source(sources, "orders");
        shard(orders, "a1", "worker-1", Duration.ofSeconds(8));
        shard(orders, "b2", "worker-2", Duration.ofSeconds(9));
        ArrayNode users = source(sources, "users");
        shard(users, "c3", "worker-1", Duration.ofSeconds(7));
        ObjectNode gap = ((ObjectNode) sources.get(1)).withArrayProperty("gaps").addObject();
        gap.put("id", "trimmed shardId-00000001795300000000-c3")
                .put(
                        "description",
                        "trimmed: changes of shard shardId-00000001795300000000-c3 from 02:10 to 02:41 were dropped before they were read")
                .put("at", ago(Duration.ofMinutes(31)))
                .put("worker", "worker-2");
        ObjectNode routes = json.putObject("routes");
        proof(routes, 0, "proven", Duration.ofMinutes(3), 0);
        proof(routes, 1, "stale", Duration.ofHours(5), 0);
        proof(routes, 2, "proven", Duration.ofMinutes(11), 0);
        proof(routes, 3, "differs", Duration.ofMinutes(50), 2);
        parked(routes);
        return CompletableFuture.completedFuture(new StatusEvent("tables", json.toString()));
    }

    private static ArrayNode source(ArrayNode sources, String name) {
        ObjectNode source = sources.addObject().put("source", name);
        source.putArray("workers").add("worker-1").add("worker-2");
        source.putArray("gone");
        source.put("moreShards", 0).put("endedShards", 6).put("moreGaps", 0);
        source.putArray("gaps");
        return source.putArray("shards");
    }

    private void shard(ArrayNode shards, String end, String owner, Duration age) {
        shards.addObject()
                .put("shard", "shardId-00000001795300000000-" + end)
                .put("state", "reading")
                .put("unread", false)
                .put("owner", owner)
                .put("checkpoint", "384200000000031795300" + end.charAt(1) + "07")
                .put("doneUntil", ago(age))
                .put("leftSeconds", Duration.ofHours(24).minus(age).toSeconds());
    }

    private void proof(ObjectNode routes, int route, String state, Duration age, int faults) {
        routes.putObject(ROUTES.get(route).name())
                .put("enabled", true)
                .putObject("proof")
                .put("state", state)
                .put("faults", faults)
                .put("at", ago(age))
                .put("text", state);
    }

    private void parked(ObjectNode routes) {
        ObjectNode parked = ((ObjectNode) routes.get("users.search")).putObject("parked");
        parked.put("items", 3).put("more", false).put("moreReasons", 0);
        ObjectNode reason = parked.putArray("reasons").addObject();
        reason.put("reason", "attribute name has the type N, and the key of table users_search takes S")
                .put("items", 3)
                .put("changes", 4)
                .put("since", ago(Duration.ofMinutes(22)));
        ArrayNode items = reason.putArray("sample");
        List.of("5f1c09ab", "77d0e3c2", "c90b4412").forEach(name -> items.addObject()
                .put("digest", name.repeat(8))
                .put("name", "item#" + name)
                .put("changes", 1)
                .put("since", ago(Duration.ofMinutes(22))));
    }
}
