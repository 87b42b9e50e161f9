package dev.tributary.config;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All keys that a settings record declares, in the order of the reference. Any other key is refused. Immutable. */
final class ConfigKeys {

    private final List<ConfigKey> all;
    private final List<ConfigKey> mostSpecificFirst;
    private final Map<String, ConfigKey> byPattern;

    ConfigKeys(List<ConfigKey> all) {
        this.all = List.copyOf(all);
        this.mostSpecificFirst = all.stream()
                .sorted(Comparator.comparingInt(
                                (ConfigKey key) -> key.segments().size())
                        .reversed())
                .toList();
        this.byPattern = all.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::pattern, Function.identity()));
    }

    List<ConfigKey> all() {
        return all;
    }

    /** The keys that a name is compared with, those with more segments first: they are more specific. */
    List<ConfigKey> mostSpecificFirst() {
        return mostSpecificFirst;
    }

    /** The declared key of this pattern. */
    ConfigKey get(String pattern) {
        return Objects.requireNonNull(byPattern.get(pattern), pattern);
    }
}
