package dev.tributary.http.server;

/** A server cannot listen as configured. The message names the setting and the remedy. */
public final class HttpStartException extends RuntimeException {

    public HttpStartException(String message) {
        super(message);
    }

    public HttpStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
