package dev.tributary.projection;

import dev.tributary.config.RouteSettings;
import dev.tributary.config.RouteSettings.DeletePolicy;
import dev.tributary.config.RouteSettings.MissingKeyPolicy;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.TargetKey.Made;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The pure function from a source item to the target row of one route, and from a change to a target write.
 *
 * <p>An item without an attribute that the target's key is made of has no row, as in a sparse secondary index, or is
 * refused, as the route says. A tombstone, where the source is itself the target of a route, is no item. Immutable.
 */
public final class Projection {

    /** Owner, version and time of a mark: attributes of the reserved names that hold anything else are no tombstone. */
    private static final Set<String> MARK_FIELDS = Set.of("o", "v", "t");

    private final TargetKey targetKey;
    private final Optional<Set<String>> include;
    private final Set<String> exclude;
    private final DeletePolicy deletes;
    private final MissingKeyPolicy missingKey;

    /**
     * @param route which attributes to copy, and what a removal does
     * @param targetKey the key schema of the target table
     */
    public Projection(RouteSettings route, KeySchema targetKey) {
        this.targetKey = new TargetKey(targetKey, route.key());
        this.include = route.include();
        this.exclude = route.exclude().orElse(Set.of());
        this.deletes = route.deletes();
        this.missingKey = route.missingKey();
    }

    /** The key schema of the target table. */
    public KeySchema targetKey() {
        return targetKey.schema();
    }

    /** Whether a template makes the attribute of the target. */
    public boolean makes(String attribute) {
        return targetKey.makes(attribute);
    }

    /** Whether the attribute is copied to the target. */
    public boolean selects(String attribute) {
        return !attribute.equals(VersionStamp.ATTRIBUTE)
                && !attribute.equals(VersionStamp.EXPIRES)
                && !makes(attribute)
                && !exclude.contains(attribute)
                && include.map(names -> names.contains(attribute)).orElse(true);
    }

    /** What the change asks of the target. */
    public Projected project(Change change) {
        if (change instanceof Change.Undecoded undecoded) {
            return new Projected.Refused(undecoded.reason());
        }
        Optional<Item> oldKey = change.before().flatMap(this::heldKey);
        Optional<Item> after = change.after().filter(item -> !isTombstone(item));
        Optional<Row> row = after.flatMap(this::row);
        if (row.isPresent()) {
            Row to = row.get();
            return new Projected.Write(oldKey.filter(from -> !from.equals(to.key()))
                    .<TargetWrite>map(from -> new TargetWrite.Move(change.stamp(), Set.of(from), to))
                    .orElseGet(() -> new TargetWrite.Upsert(change.stamp(), to, names(change.before()))));
        }
        Optional<String> refusal = after.flatMap(this::refusal);
        if (refusal.isPresent()) {
            return new Projected.Refused(refusal.get());
        }
        if (oldKey.isEmpty() || keepsRow(change)) {
            return new Projected.Nothing();
        }
        return new Projected.Write(new TargetWrite.Delete(change.stamp(), Set.of(oldKey.get())));
    }

    private Set<String> names(Optional<Item> before) {
        return before.flatMap(this::row)
                .map(row -> row.item().attributes().keySet())
                .orElse(Set.of());
    }

    /** The row of a source item; empty where none can be made for want of a key. */
    public Optional<Row> row(Item source) {
        if (isTombstone(source) || !(targetKey.of(source) instanceof Made.Key made)) {
            return Optional.empty();
        }
        Map<String, AttributeValue> attributes = new HashMap<>();
        source.attributes().forEach((name, value) -> {
            if (selects(name)) {
                attributes.put(name, value);
            }
        });
        attributes.putAll(made.key().attributes());
        return Optional.of(new Row(made.key(), new Item(attributes)));
    }

    /** Whether the change leaves the item's row as it is, whatever it was. */
    public boolean keepsRow(Change change) {
        return deletes == DeletePolicy.IGNORE
                && change.after().filter(item -> !isTombstone(item)).isEmpty();
    }

    /** The key under which the target may have a row of the item; empty where it could never have taken one. */
    public Optional<Item> heldKey(Item source) {
        return isTombstone(source) ? Optional.empty() : targetKey.held(source);
    }

    private static boolean isTombstone(Item item) {
        AttributeValue mark = item.attributes().get(VersionStamp.ATTRIBUTE);
        AttributeValue expires = item.attributes().get(VersionStamp.EXPIRES);
        return mark != null
                && mark.hasM()
                && mark.m().keySet().containsAll(MARK_FIELDS)
                && expires != null
                && expires.n() != null;
    }

    /** Whether the target can have a row under this key at all: types and lengths of its attributes. */
    public boolean canHold(Item key) {
        return targetKey.canHold(key);
    }

    /** Why an item is to be parked that has no row. */
    private Optional<String> refusal(Item source) {
        Made made = targetKey.of(source);
        if (made instanceof Made.Unfit unfit) {
            return Optional.of(unfit.reason());
        }
        return made instanceof Made.Missing missing && missingKey == MissingKeyPolicy.PARK
                ? Optional.of("the item has no " + String.join(" and ", missing.attributes())
                        + ", which the target's key needs")
                : Optional.empty();
    }
}
