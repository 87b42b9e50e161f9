package dev.tributary.projection;

import dev.tributary.config.KeySchema;
import dev.tributary.config.KeySchema.KeyAttribute;
import dev.tributary.config.RouteSettings;
import dev.tributary.config.RouteSettings.DeletePolicy;
import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.Mark;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The pure function from a source item to the target row of one route, and from a change to a target write.
 *
 * <p>An item without one of the target's key attributes has no row, as in a sparse secondary index. Immutable.
 */
public final class Projection {

    private final KeySchema targetKey;
    private final Optional<Set<String>> include;
    private final Set<String> exclude;
    private final DeletePolicy deletes;

    /**
     * @param route which attributes to copy, and what a removal does
     * @param targetKey the key schema of the target table
     */
    public Projection(RouteSettings route, KeySchema targetKey) {
        this.targetKey = targetKey;
        this.include = route.include();
        this.exclude = route.exclude().orElse(Set.of());
        this.deletes = route.deletes();
    }

    /** Whether the attribute is copied to the target. */
    public boolean selects(String attribute) {
        return !attribute.equals(Mark.ATTRIBUTE)
                && !exclude.contains(attribute)
                && include.map(names -> names.contains(attribute)).orElse(true);
    }

    /** What the change asks of the target; empty where neither image has a row. */
    public Optional<TargetWrite> project(Change change) {
        Optional<Item> oldKey = change.before().flatMap(this::key);
        Optional<Row> row = change.after().flatMap(this::row);
        boolean removed = change.after().isEmpty();
        if (row.isPresent()) {
            Row to = row.get();
            return Optional.of(oldKey.filter(from -> !from.equals(to.key()))
                    .<TargetWrite>map(from -> new TargetWrite.Move(change.mark(), Set.of(from), to))
                    .orElseGet(() -> new TargetWrite.Upsert(change.mark(), to)));
        }
        if (removed && deletes == DeletePolicy.IGNORE) {
            return Optional.empty();
        }
        return oldKey.map(from -> new TargetWrite.Delete(change.mark(), Set.of(from)));
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

    private Stream<KeyAttribute> keyAttributes() {
        return Stream.concat(Stream.of(targetKey.partition()), targetKey.sort().stream());
    }
}
