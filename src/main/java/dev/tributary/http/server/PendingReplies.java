package dev.tributary.http.server;

import dev.tributary.http.reply.Reply;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The replies that are still to come, so that a server that stops can replace them. Safe for any thread. */
final class PendingReplies {

    private final Set<CompletableFuture<Reply>> pending = ConcurrentHashMap.newKeySet();

    /** The reply, or that of {@link #end} if it comes first. */
    @SuppressWarnings("CollectionUndefinedEquality") // futures are equal by identity
    CompletableFuture<Reply> add(CompletableFuture<Reply> reply) {
        CompletableFuture<Reply> first = reply.copy();
        pending.add(first);
        return first.whenComplete((sent, failure) -> pending.remove(first));
    }

    /** Completes all replies that are still to come with this one. */
    void end(Reply reply) {
        pending.forEach(waiting -> waiting.complete(reply));
    }
}
