package dev.tributary.cli;

import dev.tributary.daemon.ExitCode;
import dev.tributary.daemon.StartException;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.model.ItemKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The options that choose items. */
final class ItemOptions {

    @Option(
            names = "--item",
            paramLabel = "ITEM",
            converter = DeadLetterId.OfItem.class,
            description = "Only this item: its name in the log and in the list, such as item#1a2b3c4d.")
    private @Nullable DeadLetterId item;

    @Option(
            names = "--key",
            paramLabel = "NAME=VALUE",
            description = "Only the item with this key in its source; once for each key attribute. Numbers as DynamoDB"
                    + " prints them, binary values as Base64.")
    private Map<String, String> key = new LinkedHashMap<>();

    boolean chosen() {
        return item != null || !key.isEmpty();
    }

    /** Refuses a name that several items of a route have: a checksum is short. */
    void refuseAmbiguous(List<ParkedItem> chosen) throws StartException {
        if (item != null && chosen.size() > 1) {
            throw new StartException(
                    ExitCode.CONFIGURATION,
                    chosen.size() + " items are named so. Name one by --key, or by the digits of its digest: "
                            + chosen.stream().map(ParkedItem::item).collect(Collectors.joining(", ")));
        }
    }

    /**
     * @param route the item's
     * @throws StartException if a key is given and the source table, which is part of an item's identity, does not answer
     */
    boolean choose(ParkedItem parked, DeadLetterRoute route) throws StartException {
        if (item != null && !item.names(parked)) {
            return false;
        }
        return key.isEmpty() || parked.item().equals(digest(route.identity()));
    }

    /** The identity of a key does not tell its types apart, so all values may be given as text. */
    private String digest(String source) {
        Map<String, AttributeValue> values = new LinkedHashMap<>();
        key.forEach((name, value) -> values.put(name, AttributeValue.fromS(value)));
        return RouteDeadLetters.item(ItemKey.of(source, values));
    }
}
