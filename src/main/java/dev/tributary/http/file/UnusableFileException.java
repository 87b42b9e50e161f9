package dev.tributary.http.file;

/** A file cannot be used. The message describes why, without any secret. */
public final class UnusableFileException extends Exception {

    public UnusableFileException(String message) {
        super(message);
    }

    public UnusableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
