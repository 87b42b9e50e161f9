package dev.tributary.projection;

import dev.tributary.model.Change;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.projection.TargetKey.Made;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The pure function from a source item to the target row of one route, and from a change to a target write.
 *
 * <p>An item that lacks an attribute of the target's key has no row, as in a sparse secondary index, or is refused: the
 * route decides. A tombstone counts as no item; a source has them if it is itself the target of a route. Immutable.
 */
public final class Projection {

    /**
     * Owner, version and creation time in a version stamp; an item whose reserved attribute lacks one is no
     * tombstone.
     */
    private static final Set<String> STAMP_FIELDS = Set.of("o", "v", "t");

    private final TargetKey targetKey;
    private final Optional<Set<String>> include;
    private final Set<String> exclude;
    private final DeletePolicy deletes;
    private final MissingKeyPolicy missingKey;
    private final String shape;

    /**
     * @param settings which attributes to copy, and what a removal does
     * @param targetKey the key schema of the target table
     */
    public Projection(ProjectionSettings settings, KeySchema targetKey) {
        this.targetKey = new TargetKey(targetKey, settings.key());
        this.include = settings.include();
        this.exclude = settings.exclude().orElse(Set.of());
        this.deletes = settings.deletes();
        this.missingKey = settings.missingKey();
        this.shape = "key " + targetKey.text()
                + settings.key().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(template -> "; " + template.getKey() + " = " + template.getValue())
                        .collect(Collectors.joining())
                + include.map(names -> "; include " + String.join(",", new TreeSet<>(names)))
                        .orElse("")
                + (exclude.isEmpty() ? "" : "; exclude " + String.join(",", new TreeSet<>(exclude)));
    }

    /**
     * What determines the rows of this projection, as text: the target's key, its templates, and which attributes are
     * copied. Two projections of one shape make the same row of an item. Contains names of attributes only.
     */
    public String shape() {
        return shape;
    }

    /** The key schema of the target table. */
    public KeySchema targetKey() {
        return targetKey.schema();
    }

    /** Whether a template makes this attribute of the target. */
    public boolean makes(String attribute) {
        return targetKey.makes(attribute);
    }

    /** Whether the attribute is copied to the target. */
    public boolean selects(String attribute) {
        return !VersionStamp.RESERVED.contains(attribute)
                && !makes(attribute)
                && !exclude.contains(attribute)
                && include.map(names -> names.contains(attribute)).orElse(true);
    }

    /** Projects a change to the write that it requires. */
    public Projected project(Change change) {
        if (change instanceof Change.Undecoded undecoded) {
            return new Projected.Refused(undecoded.reason());
        }
        Optional<Item> oldKey = change.before().flatMap(this::heldKey);
        Optional<Item> after = change.after().filter(item -> !isTombstone(item));
        Optional<Row> row = after.flatMap(this::row);
        if (row.isPresent()) {
            Row to = row.get();
            return oldKey.filter(from -> !from.equals(to.key()))
                    .map(from -> new Projected.Write(new TargetWrite.Move(change.stamp(), Set.of(from), to)))
                    .orElseGet(() -> upsert(change, to));
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

    private Projected.Write upsert(Change change, Row row) {
        Optional<Row> before = change.before().flatMap(this::row);
        Set<String> replaced =
                before.map(old -> old.item().attributes().keySet()).orElse(Set.of());
        return new Projected.Write(
                new TargetWrite.Upsert(change.stamp(), row, replaced), before.equals(Optional.of(row)));
    }

    /** The row of a source item; empty if the item has no key in the target. */
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

    /** The row of a source item, or why it has none. */
    public RowDecision decide(Item source) {
        if (isTombstone(source)) {
            return new RowDecision.IsTombstone();
        }
        Optional<Row> row = row(source);
        if (row.isPresent()) {
            return targetKey
                    .unheld(row.get().key())
                    .<RowDecision>map(reason -> new RowDecision.Unheld(row.get(), reason))
                    .orElseGet(() -> new RowDecision.HasRow(row.get()));
        }
        return refusal(source)
                .<RowDecision>map(RowDecision.IsRefused::new)
                .orElseGet(() -> new RowDecision.LacksKey(targetKey.missing(source)));
    }

    /** The attributes of a source item that the key of its row is derived from, and an item without one has no row. */
    public Set<String> keySources() {
        return targetKey.needed();
    }

    /** Whether the change removes the item and the route keeps its row. */
    public boolean keepsRow(Change change) {
        return deletes == DeletePolicy.IGNORE
                && change.after().filter(item -> !isTombstone(item)).isEmpty();
    }

    /** The key under which the target may have a row of the item; empty if the target cannot hold such a row. */
    public Optional<Item> heldKey(Item source) {
        return isTombstone(source) ? Optional.empty() : targetKey.held(source);
    }

    private static boolean isTombstone(Item item) {
        AttributeValue stamp = item.attributes().get(VersionStamp.ATTRIBUTE);
        AttributeValue expires = item.attributes().get(VersionStamp.EXPIRES);
        return stamp != null
                && stamp.hasM()
                && stamp.m().keySet().containsAll(STAMP_FIELDS)
                && expires != null
                && expires.n() != null;
    }

    /** Whether the types and lengths of the key's attributes are valid in the target. */
    public boolean canHold(Item key) {
        return targetKey.canHold(key);
    }

    /** Why an item without a row is parked; empty if it is not. */
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
