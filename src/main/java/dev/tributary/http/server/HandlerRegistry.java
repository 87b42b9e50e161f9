package dev.tributary.http.server;

/** Takes the handlers of paths. */
public interface HandlerRegistry {

    /**
     * Adds a handler. The first that fits a request is asked.
     *
     * @param pattern as {@link PathPattern} has it
     */
    void add(String method, String pattern, ExchangeHandler handler);
}
