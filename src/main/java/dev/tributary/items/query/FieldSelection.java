package dev.tributary.items.query;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The top-level attributes of items that a request asks for, besides those of the key.
 *
 * @param names empty for all
 */
public record FieldSelection(Optional<Set<String>> names) {

    /** Most attributes that a request may name: their placeholders fit into an expression of DynamoDB. */
    public static final int MOST = 100;

    /** All attributes. */
    public static final FieldSelection ALL = new FieldSelection(Optional.empty());

    /**
     * A projection expression.
     *
     * @param names the attributes by placeholder
     */
    record Expression(String text, Map<String, String> names) {}

    public FieldSelection {
        names = names.map(Set::copyOf);
    }

    boolean includes(String name) {
        return names.map(wanted -> wanted.contains(name)).orElse(true);
    }

    /**
     * The projection expression for these attributes.
     *
     * @param needed attributes that the server needs besides
     * @return empty if all attributes are asked for
     */
    Optional<Expression> expression(Collection<String> needed) {
        return names.map(wanted -> {
            Set<String> all = new LinkedHashSet<>(wanted);
            all.addAll(needed);
            Map<String, String> placeholders = new LinkedHashMap<>();
            all.forEach(name -> placeholders.put("#f" + placeholders.size(), name));
            return new Expression(String.join(",", placeholders.keySet()), placeholders);
        });
    }
}
