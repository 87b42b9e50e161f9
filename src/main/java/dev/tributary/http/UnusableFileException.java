package dev.tributary.http;

/** A file is not what it should be. The message says what is wrong, for people, without what is secret. */
final class UnusableFileException extends Exception {

    UnusableFileException(String message) {
        super(message);
    }

    UnusableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
