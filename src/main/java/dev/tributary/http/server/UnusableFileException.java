package dev.tributary.http.server;

/** A file is not what it should be. The message says what is wrong, for people, without what is secret. */
public final class UnusableFileException extends Exception {

    public UnusableFileException(String message) {
        super(message);
    }

    public UnusableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
