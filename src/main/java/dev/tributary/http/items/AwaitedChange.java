package dev.tributary.http.items;

import dev.tributary.acknowledgement.Acknowledgement;
import dev.tributary.acknowledgement.Acknowledgements;
import dev.tributary.acknowledgement.Acknowledgements.Wait;
import dev.tributary.document.RefusedException;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.items.MarkedDelivery;
import dev.tributary.items.WriteResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Handles a change, and waits until every route of the source has it if the client asks for that with {@code Prefer:
 * wait=SECONDS}.
 */
public final class AwaitedChange implements ResourceHandler.Work {

    private final ChangeHandler change;
    private final ItemPaths paths;
    private final Acknowledgements writes;

    public AwaitedChange(ChangeHandler change, ItemPaths paths, Acknowledgements writes) {
        this.change = change;
        this.paths = paths;
        this.writes = writes;
    }

    @Override
    public CompletableFuture<Answer> start(Exchange exchange) throws RefusedException {
        Optional<Duration> longest = Preference.wait(exchange);
        if (longest.isEmpty()) {
            return change.start(exchange).thenApply(result -> Answer.of(paths, result));
        }
        Wait wait = writes.begin();
        AtomicReference<@Nullable MarkedDelivery> delivery = new AtomicReference<>();
        CompletableFuture<WriteResult> result;
        try {
            result = change.start(exchange, sent -> {
                MarkedDelivery marked = change.resource().marked(sent, wait.mark());
                delivery.set(marked);
                return marked;
            });
        } catch (RefusedException | RuntimeException e) {
            wait.giveUp();
            throw e;
        }
        return result.whenComplete((done, failure) -> {
                    if (failure != null) {
                        wait.giveUp();
                    }
                })
                .thenCompose(done -> await(done, delivery.get(), wait, longest.get()));
    }

    private CompletableFuture<Answer> await(
            WriteResult done, @Nullable MarkedDelivery delivery, Wait wait, Duration longest) {
        Answer answer = Answer.of(paths, done);
        boolean changed = done instanceof WriteResult.Stored || done instanceof WriteResult.Changed;
        if (!changed || delivery == null || !delivery.written()) {
            wait.giveUp();
            return CompletableFuture.completedFuture(answer);
        }
        return wait.await(longest)
                .thenApply(end -> end.filter(reached -> reached.failed().isEmpty())
                        .map(reached -> applied(answer, longest))
                        .orElseGet(() -> accepted(answer, wait, end)));
    }

    private static Answer applied(Answer answer, Duration longest) {
        Map<String, String> headers = new LinkedHashMap<>(answer.reply().headers());
        headers.put(Preference.APPLIED, Preference.applied(longest));
        return new Answer(
                new Reply(answer.reply().status(), headers, answer.reply().body()), answer.outcome(), answer.refusal());
    }

    private Answer accepted(Answer answer, Wait wait, Optional<Acknowledgement> end) {
        Map<String, String> headers = new LinkedHashMap<>(WriteStatus.HEADERS);
        headers.put("Location", paths.status(wait.mark()));
        Optional.ofNullable(answer.reply().headers().get("ETag")).ifPresent(etag -> headers.put("ETag", etag));
        return new Answer(new Reply(202, headers, WriteStatus.json(end)), "accepted", Optional.empty());
    }
}
