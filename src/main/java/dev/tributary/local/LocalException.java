package dev.tributary.local;

/** DynamoDB Local cannot serve as configured. The message names the setting and says what to do. */
public final class LocalException extends RuntimeException {

    LocalException(String message) {
        super(message);
    }

    LocalException(String message, Throwable cause) {
        super(message, cause);
    }
}
