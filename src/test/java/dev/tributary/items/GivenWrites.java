package dev.tributary.items;

import dev.tributary.document.DocumentSettings;
import dev.tributary.document.GeneratedValue;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.model.AttributeType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of a resource that a test states. */
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
        PreconditionPolicy precondition,
        IdempotencySettings idempotency) {

    private static final IdempotencySettings BY_HEADER =
            new IdempotencySettings(IdempotencyPolicy.OPTIONAL, Optional.empty(), Duration.ofHours(24));

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
                PreconditionPolicy.OPTIONAL,
                BY_HEADER);
    }

    /** Those of the tutorial. */
    public static GivenWrites ofUsers(String table) {
        return new GivenWrites("/", table, Map.of("zipcode", AttributeType.N), Map.of("active", "true"));
    }

    public GivenWrites requiring(String... attributes) {
        return new GivenWrites(
                path,
                table,
                type,
                defaults,
                Set.of(attributes),
                allowed,
                generated,
                refreshed,
                version,
                precondition,
                idempotency);
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
                precondition,
                idempotency);
    }

    public GivenWrites making(Map<String, GeneratedValue> ifAbsent, Map<String, GeneratedValue> always) {
        return new GivenWrites(
                path, table, type, defaults, required, allowed, ifAbsent, always, version, precondition, idempotency);
    }

    public GivenWrites versioned(String attribute, PreconditionPolicy policy) {
        return new GivenWrites(
                path,
                table,
                type,
                defaults,
                required,
                allowed,
                generated,
                refreshed,
                Optional.of(attribute),
                policy,
                idempotency);
    }

    public GivenWrites keyed(IdempotencyPolicy policy, Optional<String> attribute) {
        return new GivenWrites(
                path,
                table,
                type,
                defaults,
                required,
                allowed,
                generated,
                refreshed,
                version,
                precondition,
                new IdempotencySettings(policy, attribute, idempotency.expires()));
    }

    public ResourceSettings settings() {
        return new ResourceSettings(
                path, table, PlaceSettings.DEFAULT, document(), precondition, idempotency, Optional.empty());
    }

    public DocumentSettings document() {
        return new DocumentSettings(type, defaults, required, allowed, generated, refreshed, version);
    }
}
