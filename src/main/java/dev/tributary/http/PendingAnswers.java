package dev.tributary.http;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The answers that are still to come, so that a server that has to stop can give others. Safe for any thread. */
final class PendingAnswers {

    private final Set<CompletableFuture<Answer>> pending = ConcurrentHashMap.newKeySet();

    /** The answer, or what {@link #end} says in its place if that comes first. */
    @SuppressWarnings("CollectionUndefinedEquality") // each future is itself
    CompletableFuture<Answer> add(CompletableFuture<Answer> answer) {
        CompletableFuture<Answer> first = answer.copy();
        pending.add(first);
        return first.whenComplete((sent, failure) -> pending.remove(first));
    }

    /** Gives all that are still to come this answer. */
    void end(Answer answer) {
        pending.forEach(waiting -> waiting.complete(answer));
    }
}
