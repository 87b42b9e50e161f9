package dev.tributary.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tributary.deadletter.DeadLetter;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.dynamo.AttributeJson;
import dev.tributary.jobs.RedriveResult;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.TreeMap;

/** Dead letters as JSON objects. Only {@link #full} has keys and values of items in it. */
final class DeadLetterJson {

    private static final JsonFactory JSON = new JsonFactory();

    private DeadLetterJson() {}

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static String item(String route, ParkedItem item) {
        return object(false, json -> {
            item(json, route, item);
            json.writeNumberField("changes", item.changes());
            if (item.first().isPresent()) {
                json.writeFieldName("first");
                json.writeStartObject();
                letter(json, item.first().get());
                json.writeEndObject();
            }
        });
    }

    static String change(String route, DeadLetter letter) {
        return object(false, json -> {
            json.writeStringField("route", route);
            letter(json, letter);
        });
    }

    /** With the owner's key and both images. */
    static String full(String route, DeadLetter letter, Change change, boolean pretty) {
        return object(pretty, json -> {
            json.writeStringField("route", route);
            letter(json, letter);
            json.writeStringField("owner", letter.parked().stamp().owner().encoded());
            if (change instanceof Change.Undecoded undecoded) {
                json.writeFieldName("record");
                json.writeRawValue(undecoded.record());
                return;
            }
            image(json, "before", change.before());
            image(json, "after", change.after());
        });
    }

    static String redriven(String route, ParkedItem item, RedriveResult redriven) {
        return object(false, json -> {
            item(json, route, item);
            json.writeNumberField("done", redriven.done());
            json.writeNumberField("left", redriven.left());
            if (redriven.reason().isPresent()) {
                json.writeStringField("reason", redriven.reason().get());
            }
        });
    }

    static String discarded(String route, String item, int changes, int left) {
        return object(false, json -> {
            json.writeStringField("route", route);
            json.writeStringField("item", item);
            json.writeNumberField("discarded", changes);
            json.writeNumberField("left", left);
        });
    }

    private static void item(JsonGenerator json, String route, ParkedItem item) throws IOException {
        json.writeStringField("route", route);
        json.writeStringField("item", DeadLetterId.of(item));
        json.writeStringField("digest", item.item());
    }

    private static void letter(JsonGenerator json, DeadLetter letter) throws IOException {
        json.writeStringField("id", DeadLetterId.of(letter));
        json.writeStringField("change", letter.kind());
        json.writeStringField("version", letter.parked().stamp().version().encoded());
        json.writeStringField("created", letter.parked().stamp().createdAt().toString());
        json.writeStringField("parked", letter.parked().parkedAt().toString());
        json.writeStringField("reason", letter.parked().reason());
    }

    private static void image(JsonGenerator json, String name, Optional<Item> image) throws IOException {
        json.writeFieldName(name);
        if (image.isPresent()) {
            AttributeJson.write(json, new TreeMap<>(image.get().attributes()));
        } else {
            json.writeNull();
        }
    }

    private static String object(boolean pretty, Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            if (pretty) {
                json.useDefaultPrettyPrinter();
            }
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
