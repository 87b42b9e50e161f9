package dev.tributary.http.server;

import dev.tributary.http.reply.Reply;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The answers that are still to come, so that a server that has to stop can give others. Safe for any thread. */
final class PendingReplies {

    private final Set<CompletableFuture<Reply>> pending = ConcurrentHashMap.newKeySet();

    /** The answer, or what {@link #end} says in its place if that comes first. */
    @SuppressWarnings("CollectionUndefinedEquality") // each future is itself
    CompletableFuture<Reply> add(CompletableFuture<Reply> answer) {
        CompletableFuture<Reply> first = answer.copy();
        pending.add(first);
        return first.whenComplete((sent, failure) -> pending.remove(first));
    }

    /** Gives all that are still to come this answer. */
    void end(Reply answer) {
        pending.forEach(waiting -> waiting.complete(answer));
    }
}
