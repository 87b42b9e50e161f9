package dev.tributary.local;

/** DynamoDB Local cannot run as configured. The message names the setting and the remedy. */
public final class LocalException extends RuntimeException {

    LocalException(String message) {
        super(message);
    }

    LocalException(String message, Throwable cause) {
        super(message, cause);
    }
}
