package dev.tributary.inspect.explain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tributary.deadletter.DeadLetter;
import dev.tributary.dynamo.AttributeJson;
import dev.tributary.inspect.KeyText;
import dev.tributary.model.Item;
import dev.tributary.model.ItemSize;
import dev.tributary.model.TimeText;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.StoredRow;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Formats explanations as text. Prints keys, because the command is about them; other attributes with their types only,
 * unless values are wanted.
 */
public final class ExplanationText {

    private static final JsonFactory JSON = new JsonFactory();

    private final Instant now;
    private final boolean values;

    /**
     * @param values whether to print the values of all attributes
     */
    public ExplanationText(Instant now, boolean values) {
        this.now = now;
        this.values = values;
    }

    /** The lines of an item. */
    public List<String> lines(ItemExplanation explained) {
        List<String> lines = new ArrayList<>();
        lines.add("%s of source %s, table %s, %s in the log"
                .formatted(KeyText.of(explained.key()), explained.source(), explained.table(), explained.owner()));
        explained
                .item()
                .ifPresentOrElse(
                        item -> lines.add("  item:         " + item(item)),
                        () -> lines.add("  item:         there is none"));
        lines.add("  in step:      "
                + explained
                        .doneUntil()
                        .map(until -> "every change made until " + ago(until) + " has ended on every route")
                        .orElse("not recorded"));
        for (RouteExplanation route : explained.routes()) {
            lines.add("route " + route.route() + " to " + route.target() + ": "
                    + route.finding().verdict() + ", " + route.finding().detail());
            route.key().ifPresent(key -> lines.add("  key:          " + KeyText.of(key)));
            route.selection().ifPresent(selection -> selection(selection, lines));
            route.found().ifPresent(row -> row(row, lines));
            lines.add("  dead letters: " + deadLetters(route));
        }
        return lines;
    }

    /** The lines of a change on a route. */
    public List<String> lines(ChangeExplanation explained) {
        List<String> lines = new ArrayList<>();
        lines.add("route " + explained.route() + " to " + explained.target() + ": " + explained.kind() + ", "
                + explained.reason());
        explained.vacated().forEach(key -> lines.add("  removes:      " + KeyText.of(key)));
        explained.key().ifPresent(key -> lines.add("  writes:       " + KeyText.of(key)));
        explained.selection().ifPresent(selection -> selection(selection, lines));
        return lines;
    }

    private static void selection(AttributeSelection selection, List<String> lines) {
        lines.add("  copied:       "
                + (selection.copied().isEmpty() ? "nothing" : String.join(", ", selection.copied())));
        if (!selection.leftOut().isEmpty()) {
            lines.add("  left out:     "
                    + selection.leftOut().entrySet().stream()
                            .map(left -> left.getKey() + " (" + left.getValue() + ")")
                            .collect(Collectors.joining(", ")));
        }
    }

    private void row(StoredRow row, List<String> lines) {
        lines.add("  row:          " + item(row.row().item()));
        row.stamp().ifPresent(stamp -> lines.add("  written by:   " + version(stamp)));
    }

    private String version(VersionStamp stamp) {
        return stamp.owner() + ", change " + sequence(stamp) + " of epoch " + epoch(stamp) + ", made "
                + ago(stamp.createdAt());
    }

    /** The epoch of a version. */
    static String epoch(VersionStamp stamp) {
        String version = stamp.version().encoded();
        return version.substring(0, Math.max(0, version.indexOf('#')));
    }

    /** The sequence number of a version, without leading zeros. */
    static String sequence(VersionStamp stamp) {
        String version = stamp.version().encoded();
        return version.substring(version.indexOf('#') + 1).replaceFirst("^0+(?=.)", "");
    }

    private String deadLetters(RouteExplanation route) {
        if (route.deadLetters().failure().isPresent()) {
            return route.deadLetters().failure().get().problem();
        }
        List<DeadLetter> letters = route.deadLetters().value().orElse(List.of());
        return letters.isEmpty()
                ? "none"
                : letters.size() + ", the first parked " + ago(letters.get(0).parkedAt()) + ": "
                        + letters.get(0).reason();
    }

    private String item(Item item) {
        Map<String, AttributeValue> attributes = new TreeMap<>(item.attributes());
        String content = values
                ? json(attributes)
                : attributes.entrySet().stream()
                        .map(attribute ->
                                attribute.getKey() + " " + attribute.getValue().type())
                        .collect(Collectors.joining(", "));
        return ItemSize.of(attributes) + " bytes, " + content;
    }

    private static String json(Map<String, AttributeValue> attributes) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            AttributeJson.write(json, attributes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not throw it
        }
        return text.toString();
    }

    private String ago(Instant time) {
        return TimeText.of(Duration.between(time, now)) + " ago";
    }
}
