package dev.tributary.http.access;

import java.util.Locale;

/** A right of a token on a resource. */
public enum Access {
    READ,
    WRITE;

    /** The right that a method needs: a write unless the method is known to be safe. */
    public static Access of(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS" -> READ;
            default -> WRITE;
        };
    }

    /** Its name in the token file. */
    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }
}
