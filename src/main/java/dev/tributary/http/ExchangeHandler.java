package dev.tributary.http;

/** Answers the requests of one method and path. */
interface ExchangeHandler {

    /**
     * Answers, or takes care that an answer follows.
     *
     * @throws ProblemException if the request is refused; any other exception is answered 500 and logged
     */
    void handle(Exchange exchange) throws Exception;
}
