package dev.tributary.document;

import java.util.List;

/** A write route that does not fit its table. The message names each setting and says what to do. */
public final class InvalidResourceException extends RuntimeException {

    private final transient List<String> errors;

    InvalidResourceException(List<String> errors) {
        super(String.join(System.lineSeparator(), errors));
        this.errors = List.copyOf(errors);
    }

    /** One sentence or two for each mistake. */
    public List<String> errors() {
        return errors;
    }
}
