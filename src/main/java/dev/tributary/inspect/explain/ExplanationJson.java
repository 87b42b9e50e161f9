package dev.tributary.inspect.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.tributary.deadletter.DeadLetter;
import dev.tributary.dynamo.AttributeJson;
import dev.tributary.model.Item;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.StoredRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;

/**
 * Writes explanations as JSON: keys and items as DynamoDB's typed JSON, times as ISO texts in UTC. What is unknown, and values
 * that are not wanted, are left out.
 */
public final class ExplanationJson {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Instant now;
    private final boolean values;

    /**
     * @param values whether to write items and rows with their values
     */
    public ExplanationJson(Instant now, boolean values) {
        this.now = now;
        this.values = values;
    }

    /** An item. */
    public ObjectNode of(ItemExplanation explained) {
        ObjectNode json = JSON.objectNode();
        json.put("source", explained.source());
        json.put("table", explained.table());
        json.put("item", explained.owner().toString());
        json.set("key", attributes(explained.key()));
        json.put("exists", explained.item().isPresent());
        if (values) {
            explained.item().ifPresent(item -> json.set("attributes", attributes(item)));
        }
        explained.doneUntil().ifPresent(until -> {
            json.put("doneUntil", until.toString());
            json.put("lagSeconds", Math.max(0, Duration.between(until, now).toSeconds()));
        });
        ArrayNode routes = json.putArray("routes");
        explained.routes().forEach(route -> route(routes.addObject(), route));
        return json;
    }

    private void route(ObjectNode json, RouteExplanation route) {
        json.put("route", route.route());
        json.put("target", route.target());
        json.put("verdict", route.finding().verdict().toString());
        json.put("detail", route.finding().detail());
        route.key().ifPresent(key -> json.set("key", attributes(key)));
        route.selection().ifPresent(selection -> selection(json, selection));
        route.found().ifPresent(row -> row(json.putObject("row"), row));
        route.deadLetters().value().ifPresent(letters -> {
            ArrayNode list = json.putArray("deadLetters");
            letters.forEach(letter -> deadLetter(list.addObject(), letter));
        });
    }

    private void row(ObjectNode json, StoredRow row) {
        json.put("tombstone", row.tombstone());
        row.stamp().ifPresent(stamp -> stamp(json, stamp));
        if (values) {
            json.set("attributes", attributes(row.row().item()));
        }
    }

    private static void stamp(ObjectNode json, VersionStamp stamp) {
        json.put("owner", stamp.owner().toString());
        json.put("epoch", ExplanationText.epoch(stamp));
        json.put("sequenceNumber", ExplanationText.sequence(stamp));
        json.put("created", stamp.createdAt().toString());
    }

    private static void deadLetter(ObjectNode json, DeadLetter letter) {
        json.put("change", letter.kind());
        json.put("sequenceNumber", ExplanationText.sequence(letter.stamp()));
        json.put("parked", letter.parkedAt().toString());
        json.put("reason", letter.reason());
    }

    private static void selection(ObjectNode json, AttributeSelection selection) {
        ArrayNode copied = json.putArray("copied");
        selection.copied().forEach(copied::add);
        ObjectNode leftOut = json.putObject("leftOut");
        selection.leftOut().forEach(leftOut::put);
    }

    /** A change on a route. */
    public ObjectNode of(ChangeExplanation explained) {
        ObjectNode json = JSON.objectNode();
        json.put("route", explained.route());
        json.put("target", explained.target());
        json.put("effect", explained.kind().toString());
        json.put("reason", explained.reason());
        ArrayNode vacated = json.putArray("removes");
        explained.vacated().forEach(key -> vacated.add(attributes(key)));
        explained.key().ifPresent(key -> json.set("writes", attributes(key)));
        explained.selection().ifPresent(selection -> selection(json, selection));
        return json;
    }

    private static JsonNode attributes(Item item) {
        try (TokenBuffer buffer = new TokenBuffer(MAPPER, false)) {
            AttributeJson.write(buffer, new TreeMap<>(item.attributes()));
            return MAPPER.readTree(buffer.asParser());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a buffer in memory does not throw it
        }
    }
}
