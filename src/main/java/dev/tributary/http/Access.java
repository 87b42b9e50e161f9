package dev.tributary.http;

import java.util.Locale;

/** What a token may do on a write route. */
enum Access {
    READ,
    WRITE;

    /** What a method takes. All that is not known to be harmless is a write. */
    static Access of(String method) {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS" -> READ;
            default -> WRITE;
        };
    }

    /** As it is written in the file of tokens. */
    String written() {
        return name().toLowerCase(Locale.ROOT);
    }
}
