package dev.tributary.http.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.idempotency.PartialReply;
import dev.tributary.idempotency.PartialReply.Part;
import dev.tributary.idempotency.SavedReply;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers documents in their order, a line each; the last line says that these were all. The answer waits in a
 * {@link Spool}: many clients read nothing before they have sent everything. For one thread.
 */
final class BulkReply implements AutoCloseable {

    static final String TYPE = MediaTypes.LINES.types().get(0);

    /** Bytes of documents under way, with what they take beside their text, and of answers that wait for their turn. */
    private static final int ROOM = 4 * 1024 * 1024;

    /** Bytes of the lines of refused documents; thousands of them have one cause, and a document can be two bytes. */
    private static final long ROOM_OF_REFUSALS = 16 * 1024 * 1024;

    private static final int OVERHEAD = 1024;

    /** More than a record can hold, whatever they are. */
    private static final int MAX_PART_CHARS = 400 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String numbering;
    private final Spool spool = new Spool();
    private final Deque<Line> underWay = new ArrayDeque<>();
    private int held;
    private long stored;
    private long refused;
    private long refusalBytes;
    private String lastLine = "";

    /** Of each document so far, for an answer that is kept though it is not complete; null once they are too many. */
    private @Nullable List<Part> parts = new ArrayList<>();

    private int partChars;
    private boolean unfinished;

    /**
     * How a document ended.
     *
     * @param json the line without the number of the document
     */
    record Outcome(int status, String json) {

        static Outcome of(Reply answer) {
            ObjectNode line = JsonNodeFactory.instance.objectNode().put("status", answer.status());
            if (answer.status() < 300) {
                Optional.ofNullable(answer.headers().get("Location"))
                        .ifPresent(location -> line.put("location", location));
                Optional.ofNullable(answer.headers().get("ETag")).ifPresent(etag -> line.put("etag", etag));
            } else {
                line.putRawValue("problem", new RawValue(answer.body()));
            }
            return new Outcome(answer.status(), line.toString());
        }

        /** One that was kept. */
        static Outcome of(String json) {
            try {
                return new Outcome(JSON.readTree(json).path("status").asInt(), json);
            } catch (JsonProcessingException e) {
                e.clearLocation(); // which quotes the answer
                throw new IllegalStateException("a record of the idempotency table has a line that is none of ours", e);
            }
        }
    }

    /** @param document its hash; empty where nothing is kept */
    private record Line(long number, int weight, String document, CompletableFuture<Outcome> done) {

        /** One that has ended may have to wait for its turn with its answer. */
        private static Line of(long number, int weight, String document, CompletableFuture<Outcome> done) {
            int answer = done.isDone() && !done.isCompletedExceptionally()
                    ? 2 * done.join().json().length()
                    : 0;
            return new Line(number, weight + answer, document, done);
        }
    }

    /** @param numbering what lines call the number of a document */
    BulkReply(String numbering) {
        this.numbering = numbering;
    }

    /**
     * Adds a document. Waits until there is room for it.
     *
     * @param bytes of its text
     * @param document its hash; empty where nothing is kept
     * @param start begins to write it; its future never fails
     * @throws IOException if the answer cannot be kept
     */
    void add(long number, int bytes, String document, Supplier<CompletableFuture<Outcome>> start) throws IOException {
        int weight = bytes + OVERHEAD;
        while (held + weight > ROOM && !underWay.isEmpty()) {
            sayFirst();
        }
        Line line = Line.of(number, weight, document, start.get());
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

    /** Whether a document was left undone, or may have been, for a reason that passes. */
    boolean isUnfinished() {
        return unfinished;
    }

    /** What is kept of it for whoever asks again: all of it where a record can hold that, else its last line. */
    SavedReply saved() {
        return spool.inMemory().map(BulkReply::saved).filter(SavedReply::fits).orElseGet(() -> saved(lastLine));
    }

    private static SavedReply saved(String body) {
        return new SavedReply(200, Map.of("Content-Type", TYPE), body);
    }

    /**
     * What is kept of it where it is not complete.
     *
     * @param fingerprint of the whole request, if its end was seen
     * @return empty if a record cannot hold it
     */
    Optional<PartialReply> partial(Optional<String> fingerprint) {
        return Optional.ofNullable(parts)
                .map(known -> new PartialReply(known, fingerprint))
                .filter(PartialReply::fits);
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
        say(line, line.done().join());
        held -= line.weight();
    }

    private void say(Line line, Outcome outcome) throws IOException {
        if (outcome.status() < 300) {
            stored++;
        } else {
            refused++;
            refusalBytes += outcome.json().length();
        }
        unfinished |= outcome.status() >= 500;
        if (!line.document().isEmpty()) {
            keep(new Part(line.document(), outcome.status() >= 500 ? "" : outcome.json()));
        }
        String text = "{\"%s\":%d,%s\n"
                .formatted(numbering, line.number(), outcome.json().substring(1));
        spool.write(text.getBytes(UTF_8));
    }

    private void keep(Part part) {
        if (parts == null) {
            return;
        }
        parts.add(part);
        partChars += part.document().length() + part.answer().length();
        if (partChars > MAX_PART_CHARS) {
            parts = null;
        }
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
