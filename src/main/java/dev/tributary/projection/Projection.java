package dev.tributary.projection;

import dev.tributary.config.KeySchema;
import dev.tributary.config.KeySchema.KeyAttribute;
import dev.tributary.config.RouteSettings;
import dev.tributary.config.RouteSettings.DeletePolicy;
import dev.tributary.config.RouteSettings.MissingKeyPolicy;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.Mark;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The pure function from a source item to the target row of one route, and from a change to a target write.
 *
 * <p>An item without one of the target's key attributes has no row, as in a sparse secondary index, or is refused,
 * as the route says. Immutable.
 */
public final class Projection {

    /** Longest key attributes that DynamoDB takes, in bytes. */
    private static final int MAX_PARTITION_BYTES = 2048;

    private static final int MAX_SORT_BYTES = 1024;

    private final KeySchema targetKey;
    private final Optional<Set<String>> include;
    private final Set<String> exclude;
    private final DeletePolicy deletes;
    private final MissingKeyPolicy missingKey;

    /**
     * @param route which attributes to copy, and what a removal does
     * @param targetKey the key schema of the target table
     */
    public Projection(RouteSettings route, KeySchema targetKey) {
        this.targetKey = targetKey;
        this.include = route.include();
        this.exclude = route.exclude().orElse(Set.of());
        this.deletes = route.deletes();
        this.missingKey = route.missingKey();
    }

    /** Whether the attribute is copied to the target. */
    public boolean selects(String attribute) {
        return !attribute.equals(Mark.ATTRIBUTE)
                && !exclude.contains(attribute)
                && include.map(names -> names.contains(attribute)).orElse(true);
    }

    /** What the change asks of the target. */
    public Projected project(Change change) {
        Optional<Item> oldKey = change.before().flatMap(this::heldKey);
        Optional<Row> row = change.after().flatMap(this::row);
        boolean removed = change.after().isEmpty();
        if (row.isPresent()) {
            Row to = row.get();
            return new Projected.Write(oldKey.filter(from -> !from.equals(to.key()))
                    .<TargetWrite>map(from -> new TargetWrite.Move(change.mark(), Set.of(from), to))
                    .orElseGet(() -> new TargetWrite.Upsert(change.mark(), to, names(change.before()))));
        }
        if (!removed && missingKey == MissingKeyPolicy.PARK) {
            return new Projected.Refused(missing(change.after().orElseThrow()));
        }
        if (oldKey.isEmpty() || (removed && deletes == DeletePolicy.IGNORE)) {
            return new Projected.Nothing();
        }
        return new Projected.Write(new TargetWrite.Delete(change.mark(), Set.of(oldKey.get())));
    }

    private Set<String> names(Optional<Item> before) {
        return before.flatMap(this::row)
                .map(row -> row.item().attributes().keySet())
                .orElse(Set.of());
    }

    /** The row of a source item; empty where the item lacks a key attribute of the target. */
    public Optional<Row> row(Item source) {
        return key(source).map(key -> {
            Map<String, AttributeValue> attributes = new HashMap<>();
            source.attributes().forEach((name, value) -> {
                if (selects(name)) {
                    attributes.put(name, value);
                }
            });
            return new Row(key, new Item(attributes));
        });
    }

    private Optional<Item> key(Item source) {
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        keyAttributes().map(KeyAttribute::name).forEach(name -> {
            AttributeValue value = source.attributes().get(name);
            if (value != null) {
                key.put(name, value);
            }
        });
        return key.size() == keyAttributes().count() ? Optional.of(new Item(key)) : Optional.empty();
    }

    /** Whether the change leaves the item's row as it is, whatever it was. */
    public boolean keepsRow(Change change) {
        return change.after().isEmpty() && deletes == DeletePolicy.IGNORE;
    }

    /** The key under which the target may have a row of the item; empty where it could never have taken one. */
    public Optional<Item> heldKey(Item source) {
        return key(source).filter(this::canHold);
    }

    /** Whether the target can have a row under this key at all: types and lengths of its attributes. */
    public boolean canHold(Item key) {
        return canHold(key, targetKey.partition(), MAX_PARTITION_BYTES)
                && targetKey
                        .sort()
                        .map(sort -> canHold(key, sort, MAX_SORT_BYTES))
                        .orElse(true);
    }

    private static boolean canHold(Item key, KeyAttribute attribute, int maxBytes) {
        AttributeValue value = Objects.requireNonNull(key.attributes().get(attribute.name()));
        if (!value.type().name().equals(attribute.type().name())) {
            return false;
        }
        int bytes =
                switch (value.type()) {
                    case S -> value.s().getBytes(StandardCharsets.UTF_8).length;
                    case B -> value.b().asByteArrayUnsafe().length;
                    default -> 1;
                };
        return bytes > 0 && bytes <= maxBytes;
    }

    private String missing(Item source) {
        return keyAttributes()
                .map(KeyAttribute::name)
                .filter(name -> !source.attributes().containsKey(name))
                .collect(Collectors.joining(" and ", "the item has no ", ", which the target's key needs"));
    }

    private Stream<KeyAttribute> keyAttributes() {
        return Stream.concat(Stream.of(targetKey.partition()), targetKey.sort().stream());
    }
}
