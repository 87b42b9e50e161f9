package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemException;

/** Handles the requests of one method and path. */
public interface ExchangeHandler {

    /**
     * Sends the reply, or arranges that it is sent.
     *
     * @throws ProblemException if the request is refused, as is a {@code RefusedException}; others are logged and answered 500
     */
    void handle(Exchange exchange) throws Exception;
}
