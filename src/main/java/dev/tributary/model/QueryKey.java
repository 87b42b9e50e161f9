package dev.tributary.model;

import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A key by which items are queried: that of a table, or that of one of its indexes, which may have several attributes for
 * each part.
 *
 * @param index name of the index; empty for the table itself
 * @param global whether it is a global index, which has no strongly consistent reads
 * @param projected the attributes that the index has; empty for all
 */
public record QueryKey(
        Optional<String> index,
        boolean global,
        List<KeyAttribute> partition,
        List<KeyAttribute> sort,
        Optional<Set<String>> projected) {

    public QueryKey {
        partition = List.copyOf(partition);
        sort = List.copyOf(sort);
        projected = projected.map(Set::copyOf);
    }

    /** The key of the table itself. */
    public static QueryKey of(KeySchema key) {
        return new QueryKey(
                Optional.empty(),
                false,
                List.of(key.partition()),
                key.sort().stream().toList(),
                Optional.empty());
    }

    /** All attributes of the key, those of the partition first. */
    public List<KeyAttribute> attributes() {
        return Stream.concat(partition.stream(), sort.stream()).toList();
    }

    /** Whether what this key finds has the attribute. */
    public boolean has(String attribute) {
        return projected.map(names -> names.contains(attribute)).orElse(true);
    }
}
