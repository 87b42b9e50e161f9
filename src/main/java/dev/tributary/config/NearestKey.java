package dev.tributary.config;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Finds the known key that is nearest to an unknown one. */
final class NearestKey {

    private static final int FARTHEST = 3;

    private final ConfigKeys keys;
    private final Names names;

    NearestKey(ConfigKeys keys, Names names) {
        this.keys = keys;
        this.names = names;
    }

    Optional<String> toKey(String unknown) {
        return nearest(unknown, UnaryOperator.identity(), 1)
                .or(() -> candidates(unknown)
                        .filter(candidate -> abbreviates(unknown, candidate))
                        .min(Comparator.comparingInt(String::length)))
                .or(() -> nearest(unknown, UnaryOperator.identity(), FARTHEST));
    }

    /** Both without the prefix. */
    Optional<String> toVariable(String unknown) {
        return nearest(unknown, ConfigKey::variable, FARTHEST).map(ConfigKey::variable);
    }

    private Optional<String> nearest(String unknown, UnaryOperator<String> spelling, int most) {
        int farthest = Math.min(most, unknown.length() / 2);
        return candidates(unknown)
                .filter(candidate -> distance(unknown, spelling.apply(candidate)) <= farthest)
                .min(Comparator.comparingInt(candidate -> distance(unknown, spelling.apply(candidate))));
    }

    /** All keys with the names the user has given, and those that take their names from the unknown key itself. */
    private Stream<String> candidates(String unknown) {
        List<String> segments = List.of(unknown.split("\\.", -1));
        return keys.all().stream().flatMap(key -> {
            Stream<String> known = names.of(key.placeholders()).stream().map(key::name);
            List<String> pattern = key.segments();
            if (pattern.size() != segments.size()) {
                return known;
            }
            List<String> own = Stream.iterate(0, i -> i < pattern.size(), i -> i + 1)
                    .filter(i -> ConfigKey.isPlaceholder(pattern.get(i)))
                    .map(segments::get)
                    .toList();
            return Stream.concat(known, Stream.of(key.name(own)));
        });
    }

    /** Whether the candidate is what remains when segments, or ends of segments, were left out. */
    private static boolean abbreviates(String unknown, String candidate) {
        Iterator<String> full = List.of(candidate.split("\\.")).iterator();
        for (String part : unknown.split("\\.", -1)) {
            boolean found = false;
            while (!found && full.hasNext()) {
                String segment = full.next();
                found = segment.equals(part) || segment.startsWith(part + "-");
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    /** Levenshtein distance, ignoring case. */
    static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
