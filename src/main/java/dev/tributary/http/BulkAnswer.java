package dev.tributary.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.tributary.idempotency.SavedAnswer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Answers documents in their order, a line each; the last line says that these were all. The answer waits in a
 * {@link Spool}: many clients read nothing before they have sent everything. For one thread.
 */
final class BulkAnswer implements AutoCloseable {

    static final String TYPE = MediaTypes.LINES.types().get(0);

    /** Bytes of documents under way, with what they take beside their text, and of answers that wait for their turn. */
    private static final int ROOM = 4 * 1024 * 1024;

    /** Bytes of the lines of refused documents; thousands of them have one cause, and a document can be two bytes. */
    private static final long ROOM_OF_REFUSALS = 16 * 1024 * 1024;

    private static final int OVERHEAD = 1024;

    private final String numbering;
    private final Spool spool = new Spool();
    private final Deque<Line> underWay = new ArrayDeque<>();
    private int held;
    private long stored;
    private long refused;
    private long refusalBytes;
    private String lastLine = "";

    private record Line(long number, int weight, CompletableFuture<Answer> done) {

        /** One that has ended may have to wait for its turn with its answer. */
        private static Line of(long number, int weight, CompletableFuture<Answer> done) {
            int answer = done.isDone() && !done.isCompletedExceptionally()
                    ? 2 * done.join().body().length()
                    : 0;
            return new Line(number, weight + answer, done);
        }
    }

    /** @param numbering what lines call the number of a document */
    BulkAnswer(String numbering) {
        this.numbering = numbering;
    }

    /**
     * Adds a document. Waits until there is room for it.
     *
     * @param bytes of its text
     * @param start begins to write it; its future never fails
     * @throws IOException if the answer cannot be kept
     */
    void add(long number, int bytes, Supplier<CompletableFuture<Answer>> start) throws IOException {
        int weight = bytes + OVERHEAD;
        while (held + weight > ROOM && !underWay.isEmpty()) {
            sayFirst();
        }
        Line line = Line.of(number, weight, start.get());
        held += line.weight();
        underWay.add(line);
        while (!underWay.isEmpty() && underWay.getFirst().done().isDone()) {
            sayFirst();
        }
    }

    /**
     * Waits for what is under way, then says how it ended.
     *
     * @param cut why not every document of the body was looked at, if so
     * @throws IOException if the answer cannot be kept
     */
    void end(Optional<ProblemDocument> cut) throws IOException {
        while (!underWay.isEmpty()) {
            sayFirst();
        }
        ObjectNode summary = JsonNodeFactory.instance
                .objectNode()
                .put("complete", cut.isEmpty())
                .put("stored", stored)
                .put("refused", refused);
        cut.ifPresent(problem -> summary.set("problem", problem.node()));
        lastLine = summary + "\n";
        spool.write(lastLine.getBytes(UTF_8));
    }

    /** Whether so much was refused that it is no use to go on. */
    boolean isFull() {
        return refusalBytes > ROOM_OF_REFUSALS;
    }

    /** Whether anything was stored. */
    boolean tookEffect() {
        return stored > 0;
    }

    /** What is kept of it for whoever asks again: all of it where it is short, else its last line. */
    SavedAnswer saved() {
        return new SavedAnswer(
                200, Map.of("Content-Type", TYPE), spool.inMemory().orElse(lastLine));
    }

    /** In bytes. */
    long length() {
        return spool.length();
    }

    void sendTo(OutputStream out) throws IOException {
        spool.sendTo(out);
    }

    private void sayFirst() throws IOException {
        Line line = underWay.removeFirst();
        say(line.number(), line.done().join());
        held -= line.weight();
    }

    private void say(long number, Answer answer) throws IOException {
        ObjectNode line = JsonNodeFactory.instance.objectNode().put(numbering, number);
        line.put("status", answer.status());
        if (answer.status() < 300) {
            stored++;
            Optional.ofNullable(answer.headers().get("Location")).ifPresent(location -> line.put("location", location));
            Optional.ofNullable(answer.headers().get("ETag")).ifPresent(etag -> line.put("etag", etag));
        } else {
            refused++;
            refusalBytes += answer.body().length();
            line.putRawValue("problem", new RawValue(answer.body()));
        }
        say(line);
    }

    private void say(ObjectNode line) throws IOException {
        spool.write((line + "\n").getBytes(UTF_8));
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
