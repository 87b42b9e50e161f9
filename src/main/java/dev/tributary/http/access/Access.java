package dev.tributary.http.access;

import java.util.Locale;

/** What a token may do on a write route. */
public enum Access {
    READ,
    WRITE;

    /** What a method takes. All that is not known to be harmless is a write. */
    public static Access of(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS" -> READ;
            default -> WRITE;
        };
    }

    /** As it is written in the file of tokens. */
    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }
}
