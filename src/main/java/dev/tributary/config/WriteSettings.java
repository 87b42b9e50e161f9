package dev.tributary.config;

import java.util.Map;

/** A path of the HTTP endpoint and the table its items are put into. */
public interface WriteSettings extends TableSettings {

    /** Absolute path, such as {@code /} or {@code /users}. */
    String path();

    /** DynamoDB type by attribute; an attribute that is not named takes the type of its JSON value. */
    Map<String, AttributeType> type();

    /** Value by attribute, put where the request has none; read as its {@link #type()}, or as JSON, or as a string. */
    Map<String, String> defaults();
}
