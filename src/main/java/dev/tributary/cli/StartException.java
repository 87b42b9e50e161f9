package dev.tributary.cli;

/** A start that cannot go on, because of something a person can mend. The message says what and how. */
final class StartException extends Exception {

    private final int exitCode;

    StartException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** Refused by another part, whose message already is for people. */
    StartException(int exitCode, Exception refusal) {
        super(String.valueOf(refusal.getMessage()), refusal);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
