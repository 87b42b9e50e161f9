package dev.tributary.http.server;

/** Registers the handlers of paths. */
public interface HandlerRegistry {

    /**
     * Adds a handler. The first whose method and pattern match a request handles it.
     *
     * @param pattern as described by {@link PathPattern}
     */
    void add(String method, String pattern, ExchangeHandler handler);

    /** Adds a handler that only reads, although its method is not one that only reads. */
    default void addReading(String method, String pattern, ExchangeHandler handler) {
        add(method, pattern, handler);
    }
}
