package dev.tributary.config;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** All keys that a settings record declares, in the order of the reference. Any other key is refused. */
record ConfigKeys(List<ConfigKey> all) {

    /** The keys that a name is compared with, those with more segments first: they are more specific. */
    Stream<ConfigKey> mostSpecificFirst() {
        return all.stream()
                .sorted(Comparator.comparingInt(
                                (ConfigKey key) -> key.segments().size())
                        .reversed());
    }
}
