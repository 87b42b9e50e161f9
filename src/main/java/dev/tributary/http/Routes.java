package dev.tributary.http;

/** Takes the handlers of paths. */
interface Routes {

    /**
     * Adds a handler. The first that fits a request is asked.
     *
     * @param pattern as {@link RoutePattern} has it
     */
    void add(String method, String pattern, ExchangeHandler handler);
}
