package dev.tributary.ingest;

import dev.tributary.config.AttributeType;
import dev.tributary.config.GeneratedValue;
import dev.tributary.config.PreconditionPolicy;
import dev.tributary.config.WriteSettings;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Write settings that a test states. */
public record GivenWrites(
        String path,
        String table,
        Map<String, AttributeType> type,
        Map<String, String> defaults,
        Set<String> required,
        Optional<Set<String>> allowed,
        Map<String, GeneratedValue> generated,
        Map<String, GeneratedValue> refreshed,
        Optional<String> version,
        PreconditionPolicy precondition)
        implements WriteSettings {

    public GivenWrites(String path, String table, Map<String, AttributeType> type, Map<String, String> defaults) {
        this(
                path,
                table,
                type,
                defaults,
                Set.of(),
                Optional.empty(),
                Map.of(),
                Map.of(),
                Optional.empty(),
                PreconditionPolicy.OPTIONAL);
    }

    /** Those of the tutorial. */
    public static GivenWrites ofUsers(String table) {
        return new GivenWrites("/", table, Map.of("zipcode", AttributeType.N), Map.of("active", "true"));
    }

    public GivenWrites requiring(String... attributes) {
        return new GivenWrites(
                path, table, type, defaults, Set.of(attributes), allowed, generated, refreshed, version, precondition);
    }

    public GivenWrites allowing(String... attributes) {
        return new GivenWrites(
                path,
                table,
                type,
                defaults,
                required,
                Optional.of(Set.of(attributes)),
                generated,
                refreshed,
                version,
                precondition);
    }

    public GivenWrites making(Map<String, GeneratedValue> ifAbsent, Map<String, GeneratedValue> always) {
        return new GivenWrites(path, table, type, defaults, required, allowed, ifAbsent, always, version, precondition);
    }

    public GivenWrites versioned(String attribute, PreconditionPolicy policy) {
        return new GivenWrites(
                path, table, type, defaults, required, allowed, generated, refreshed, Optional.of(attribute), policy);
    }

    @Override
    public Optional<String> region() {
        return Optional.empty();
    }

    @Override
    public Optional<URI> endpoint() {
        return Optional.empty();
    }
}
