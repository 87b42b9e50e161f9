package dev.tributary.document;

import java.util.List;

/** The settings of a resource contradict its table. The message names each setting and the remedy. */
public final class InvalidResourceException extends RuntimeException {

    private final transient List<String> errors;

    InvalidResourceException(List<String> errors) {
        super(String.join(System.lineSeparator(), errors));
        this.errors = List.copyOf(errors);
    }

    /** The errors, each in one or two sentences. */
    public List<String> errors() {
        return errors;
    }
}
