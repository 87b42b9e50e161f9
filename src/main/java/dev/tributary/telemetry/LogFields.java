package dev.tributary.telemetry;

import net.logstash.logback.argument.StructuredArguments;

/**
 * Arguments of a log line that are also fields of it in JSON: the same names in every line. In text they are the value alone.
 */
public final class LogFields {

    private LogFields() {}

    /** The name of a source. */
    public static Object source(String name) {
        return StructuredArguments.value("source", name);
    }

    /** The full name of a route. */
    public static Object route(String name) {
        return StructuredArguments.value("route", name);
    }

    /** The id of a shard. */
    public static Object shard(String id) {
        return StructuredArguments.value("shard", id);
    }

    /** The digest of an item's key, never the key: {@code key} has to print it. */
    public static Object item(Object key) {
        return StructuredArguments.value("item", key.toString());
    }
}
