package dev.tributary.daemon;

/** A start that cannot go on, because of something a person can mend. The message says what and how. */
public final class StartException extends Exception {

    private final int exitCode;

    public StartException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Refused by another part, whose message already is for people. */
    public StartException(int exitCode, Exception refusal) {
        super(String.valueOf(refusal.getMessage()), refusal);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
