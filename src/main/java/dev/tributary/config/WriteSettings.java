package dev.tributary.config;

import dev.tributary.model.AttributeType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A path of the HTTP endpoint and the table its items are put into. */
public interface WriteSettings extends TableSettings {

    /** Absolute path, such as {@code /} or {@code /users}. */
    String path();

    /** DynamoDB type by attribute; an attribute that is not named takes the type of its JSON value. */
    Map<String, AttributeType> type();

    /** Value by attribute, put where the request has none; read as its {@link #type()}, or as JSON, or as a string. */
    Map<String, String> defaults();

    /** Attributes that every item has, besides its key. */
    Set<String> required();

    /** All attributes that a request may name besides the key; absent: any. */
    Optional<Set<String>> allowed();

    /** Attributes made by the server where the request has none, when an item is put as a whole. */
    Map<String, GeneratedValue> generated();

    /** Attributes made by the server at every write, whatever the request has. */
    Map<String, GeneratedValue> refreshed();

    /** Attribute that counts the writes of an item; without it there are no ETags. */
    Optional<String> version();

    /** {@link PreconditionPolicy#REQUIRED} only with a {@link #version()}. */
    PreconditionPolicy precondition();

    /** What is done with keys of requests. */
    IdempotencySettings idempotency();
}
