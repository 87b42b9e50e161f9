package dev.tributary.http;

/** A server cannot listen as configured. The message names the setting and says what to do. */
public final class HttpStartException extends RuntimeException {

    HttpStartException(String message) {
        super(message);
    }

    HttpStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
