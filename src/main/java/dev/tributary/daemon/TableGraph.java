package dev.tributary.daemon;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which tables feed which through routes, by the identities of the tables. */
final class TableGraph {

    private final Map<String, Set<String>> targets = new HashMap<>();

    void add(String source, String target) {
        targets.computeIfAbsent(source, from -> new HashSet<>()).add(target);
    }

    /** Whether what is written to the target comes back to the source, through whatever routes. */
    boolean leadsBack(String source, String target) {
        return reaches(target, source, new HashSet<>());
    }

    private boolean reaches(String from, String to, Set<String> seen) {
        return from.equals(to)
                || (seen.add(from)
                        && targets.getOrDefault(from, Set.of()).stream().anyMatch(next -> reaches(next, to, seen)));
    }
}
