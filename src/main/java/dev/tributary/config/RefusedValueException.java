package dev.tributary.config;

/** Refuses the text of a value; the message says what is wrong with it, for people, without a capital or a full stop. */
public final class RefusedValueException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    public RefusedValueException(String message) {
        super(message);
    }
}
