package dev.tributary.stream.lease;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * The key of a row in a lease table that belongs to one source.
 *
 * <p>KCL reads all sources as one stream, whose shards have these keys as their ids; so its leases, their parents and its
 * log name the source too.
 *
 * @param source its name in the configuration, which has no {@code /}
 * @param id of a shard, or the name of another row of the source
 */
public record LeaseKey(String source, String id) {

    private static final char SEPARATOR = '/';

    /** Empty for a row of KCL or of no source. */
    public static Optional<LeaseKey> parse(String text) {
        int end = text.indexOf(SEPARATOR);
        return end <= 0 ? Optional.empty() : Optional.of(new LeaseKey(text.substring(0, end), text.substring(end + 1)));
    }

    /** Whether a row with the given key belongs to the source. */
    public static Predicate<String> of(String source) {
        String prefix = source + SEPARATOR;
        return text -> text.startsWith(prefix);
    }

    /** The value of the key attribute. */
    public String text() {
        return source + SEPARATOR + id;
    }
}
