package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemException;

/** Answers the requests of one method and path. */
public interface ExchangeHandler {

    /**
     * Answers, or takes care that an answer follows.
     *
     * @throws ProblemException if the request is refused; any other exception is answered 500 and logged
     */
    void handle(Exchange exchange) throws Exception;
}
