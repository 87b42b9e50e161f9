package dev.tributary.model;

import java.util.Locale;

/** DynamoDB attribute types, by the names of its API. */
public enum AttributeType {
    S,
    N,
    B,
    BOOL,
    NULL,
    M,
    L,
    SS,
    NS,
    BS;

    /**
     * Reads a type, in any case.
     *
     * @throws IllegalArgumentException if the text is no type
     */
    public static AttributeType parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
