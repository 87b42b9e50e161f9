package dev.tributary.cli.deadletter;

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

/** Writes dead letters as JSON objects. Only {@link #full} contains keys and values of items. */
final class DeadLetterJson {

    private static final JsonFactory JSON = new JsonFactory();

    private DeadLetterJson() {}

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    static String item(String route, ParkedItem item) {
        return object(false, json -> {
            item(json, route, item);
            json.writeNumberField("changes", item.changes());
            if (item.first().isPresent()) {
                json.writeObjectFieldStart("first");
                description(json, item.first().get());
                json.writeEndObject();
            }
        });
    }

    static String change(String route, DeadLetter deadLetter) {
        return object(false, json -> {
            json.writeStringField("route", route);
            description(json, deadLetter);
        });
    }

    /** A dead letter with the key of its item and both images. */
    static String full(String route, DeadLetter deadLetter, Change change, boolean pretty) {
        return object(pretty, json -> {
            json.writeStringField("route", route);
            description(json, deadLetter);
            json.writeStringField("owner", deadLetter.stamp().owner().encoded());
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

    private static void description(JsonGenerator json, DeadLetter deadLetter) throws IOException {
        json.writeStringField("id", DeadLetterId.of(deadLetter));
        json.writeStringField("change", deadLetter.kind());
        json.writeStringField("version", deadLetter.stamp().version().encoded());
        json.writeStringField("created", deadLetter.stamp().createdAt().toString());
        json.writeStringField("parked", deadLetter.parkedAt().toString());
        json.writeStringField("reason", deadLetter.reason());
    }

    private static void image(JsonGenerator json, String name, Optional<Item> image) throws IOException {
        if (image.isPresent()) {
            AttributeJson.writeField(json, name, new TreeMap<>(image.get().attributes()));
        } else {
            json.writeNullField(name);
        }
    }

    private static String object(boolean pretty, Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            if (pretty) {
                json.useDefaultPrettyPrinter();
            }
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
