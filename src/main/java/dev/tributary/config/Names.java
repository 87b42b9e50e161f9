package dev.tributary.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The names that the user gave to sections and to the entries of maps. */
final class Names {

    /** The names in the order of their placeholders, by the placeholders. */
    private final Map<String, Map<String, List<String>>> known = new TreeMap<>();

    Names() {
        add(List.of(), List.of());
    }

    /** Adds the names of a key and those of the sections around it: a key of a route also names the source. */
    void add(List<String> placeholders, List<String> names) {
        for (int i = 0; i <= names.size(); i++) {
            List<String> outer = names.subList(0, i);
            known.computeIfAbsent(String.join(".", placeholders.subList(0, i)), absent -> new TreeMap<>())
                    .put(String.join("\n", outer), List.copyOf(outer));
        }
    }

    /** All names for these placeholders, sorted. */
    List<List<String>> of(List<String> placeholders) {
        return new ArrayList<>(
                known.getOrDefault(String.join(".", placeholders), Map.of()).values());
    }

    /** The last name of each, within the outer names: the routes of a source, for instance. */
    List<String> within(List<String> outer, List<String> placeholders) {
        return of(placeholders).stream()
                .filter(names -> names.subList(0, outer.size()).equals(outer))
                .map(names -> names.get(names.size() - 1))
                .toList();
    }
}
