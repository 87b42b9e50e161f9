package dev.tributary.daemon.settings;

/** A command cannot run for a reason that an operator can correct. The message names the reason and the remedy. */
public final class StartException extends Exception {

    private final int exitCode;

    public StartException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** @param refusal an exception whose message names reason and remedy */
    public StartException(int exitCode, Exception refusal) {
        super(String.valueOf(refusal.getMessage()), refusal);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
