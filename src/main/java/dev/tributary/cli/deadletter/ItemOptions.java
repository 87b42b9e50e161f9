package dev.tributary.cli.deadletter;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.model.ItemKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The options that select items. */
final class ItemOptions {

    @Option(
            names = "--item",
            paramLabel = "ITEM",
            converter = DeadLetterId.OfItem.class,
            description = "Select one item by its identifier in the log and in the list, such as item#1a2b3c4d.")
    private @Nullable DeadLetterId item;

    @Option(
            names = "--key",
            paramLabel = "NAME=VALUE",
            description = "Select one item by its key in the source table; repeat the option for each key attribute."
                    + " Write numbers as DynamoDB prints them, and binary values as Base64.")
    private Map<String, String> key = new LinkedHashMap<>();

    /** The digest of the key as that of an item of the source, by source. */
    private final Map<String, String> digests = new HashMap<>();

    boolean given() {
        return item != null || !key.isEmpty();
    }

    /** Refuses an identifier that several items of a route share: a checksum is short. */
    void refuseAmbiguous(List<ParkedItem> selected) throws StartException {
        if (item != null && selected.size() > 1) {
            throw new StartException(
                    ExitCode.CONFIGURATION,
                    selected.size() + " items have this identifier. Select one by --key, or by its digest: "
                            + selected.stream().map(ParkedItem::item).collect(Collectors.joining(", ")));
        }
    }

    /**
     * Whether the options select an item.
     *
     * @param route of the item
     * @throws StartException if a key is given and the source table, whose identity is needed then, cannot be described
     */
    boolean select(ParkedItem parked, DeadLetterRoute route) throws StartException {
        if (item != null && !item.matches(parked)) {
            return false;
        }
        return key.isEmpty() || parked.item().equals(digest(route));
    }

    private String digest(DeadLetterRoute route) throws StartException {
        String known = digests.get(route.parts().sourceName());
        if (known == null) {
            known = digest(route.identity());
            digests.put(route.parts().sourceName(), known);
        }
        return known;
    }

    /** The types of key values are not part of an item's identity, so all values may be given as text. */
    private String digest(String source) {
        Map<String, AttributeValue> values = new LinkedHashMap<>();
        key.forEach((name, value) -> values.put(name, AttributeValue.fromS(value)));
        return RouteDeadLetters.item(ItemKey.of(source, values));
    }
}
