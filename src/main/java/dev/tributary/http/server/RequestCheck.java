package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemException;
import org.eclipse.jetty.server.Request;

/** Decides from its head alone whether a request may reach the handlers. Safe for any thread. */
public interface RequestCheck {

    /**
     * Checks one request.
     *
     * @throws ProblemException if the request is refused
     */
    void check(Request request);
}
