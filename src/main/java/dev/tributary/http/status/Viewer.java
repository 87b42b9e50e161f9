package dev.tributary.http.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page that watches. It has at most one write in flight, and one event of each name that waits for it. Safe for any
 * thread.
 */
final class Viewer {

    private final Function<byte[], CompletableFuture<Void>> stream;
    private final Runnable streamEnd;
    private final Consumer<Viewer> gone;

    /** Events that wait by name, in the order of their first offer. Guarded by this, as are the fields below. */
    private final Map<String, StatusEvent> waiting = new LinkedHashMap<>();

    private boolean writing;
    private boolean ended;

    /**
     * @param stream writes a piece; its future completes when the next may be written, and fails if the page has gone
     * @param streamEnd ends the stream; called once, with no write in flight
     * @param gone called when the page has gone
     */
    Viewer(Function<byte[], CompletableFuture<Void>> stream, Runnable streamEnd, Consumer<Viewer> gone) {
        this.stream = stream;
        this.streamEnd = streamEnd;
        this.gone = gone;
    }

    void offer(StatusEvent event) {
        String text;
        synchronized (this) {
            waiting.put(event.name(), event);
            text = take();
        }
        write(text);
    }

    /** The text of all events that wait; empty if nothing may be written now. */
    private synchronized String take() {
        if (writing || ended || waiting.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        waiting.values().forEach(event -> text.append(event.text()));
        waiting.clear();
        writing = true;
        return text.toString();
    }

    private void write(String text) {
        if (!text.isEmpty()) {
            stream.apply(text.getBytes(UTF_8)).whenComplete((done, failure) -> written(failure));
        }
    }

    private void written(@Nullable Throwable failure) {
        String next;
        boolean last;
        synchronized (this) {
            writing = false;
            last = ended;
            ended |= failure != null;
            next = take();
        }
        if (failure != null) {
            gone.accept(this);
        } else if (last) {
            streamEnd.run();
        } else {
            write(next);
        }
    }

    /** Ends the events, after the write in flight if there is one. */
    void end() {
        boolean now;
        synchronized (this) {
            now = !writing && !ended;
            ended = true;
        }
        if (now) {
            streamEnd.run();
        }
    }
}
