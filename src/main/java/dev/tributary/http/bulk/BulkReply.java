package dev.tributary.http.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.idempotency.PartialReply;
import dev.tributary.idempotency.PartialReply.Part;
import dev.tributary.idempotency.SavedReply;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
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
 * The reply to a bulk request: a line for each document, in their order, and a last line with the totals. It waits in a
 * {@link Spool}, because many clients read nothing before they have sent everything. For one thread.
 */
final class BulkReply implements AutoCloseable {

    static final String TYPE = MediaTypes.LINES.types().get(0);

    /** Largest weight of the open documents, in bytes: their text with an overhead, and outcomes that wait for their turn. */
    private static final int ROOM = 4 * 1024 * 1024;

    /** Largest size of the lines of refused documents: thousands have one cause, and a document can be two bytes. */
    private static final long ROOM_OF_REFUSALS = 16 * 1024 * 1024;

    private static final int OVERHEAD = 1024;

    /** More characters than any record can hold. */
    private static final int MAX_PART_CHARS = 400 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String numbering;
    private final Spool spool = new Spool(Path.of(System.getProperty("java.io.tmpdir")));
    private final Deque<Line> open = new ArrayDeque<>();
    private int held;
    private long stored;
    private long refused;
    private long refusalBytes;
    private String lastLine = "";

    /** The outcome of each document so far, to be recorded if the request is not completed; null once they are too many. */
    private @Nullable List<Part> parts = new ArrayList<>();

    private int partChars;
    private boolean unfinished;

    /**
     * The outcome of a document.
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

        boolean isStored() {
            return status < 300;
        }

        /** A recorded outcome. */
        static Outcome of(String json) {
            try {
                return new Outcome(JSON.readTree(json).path("status").asInt(), json);
            } catch (JsonProcessingException e) {
                e.clearLocation(); // which quotes the record
                throw new IllegalStateException("a record of the idempotency table has a malformed line", e);
            }
        }
    }

    /** @param document the fingerprint of the request up to it; empty if nothing is recorded */
    private record Line(long number, int weight, String document, CompletableFuture<Outcome> done) {

        /** The outcome counts too if it is known: it may have to wait for its turn. */
        private static Line of(long number, int weight, String document, CompletableFuture<Outcome> done) {
            int answer = done.isDone() && !done.isCompletedExceptionally()
                    ? 2 * done.join().json().length()
                    : 0;
            return new Line(number, weight + answer, document, done);
        }
    }

    /** @param numbering name of a document's number in its line */
    BulkReply(String numbering) {
        this.numbering = numbering;
    }

    /**
     * Adds a document. Waits until there is room for it.
     *
     * @param bytes of its text
     * @param document the fingerprint of the request up to it; empty if nothing is recorded
     * @param start begins to write it; its future never fails
     * @throws ProblemException if the reply cannot be kept
     */
    void add(long number, int bytes, String document, Supplier<CompletableFuture<Outcome>> start) {
        int weight = bytes + OVERHEAD;
        while (held + weight > ROOM && !open.isEmpty()) {
            appendFirst();
        }
        Line line = Line.of(number, weight, document, start.get());
        held += line.weight();
        open.add(line);
        while (!open.isEmpty() && open.getFirst().done().isDone()) {
            appendFirst();
        }
    }

    /**
     * Waits for the open documents, then adds the last line.
     *
     * @param cut why the request ended before its body; empty if it did not
     * @throws ProblemException if the reply cannot be kept
     */
    void end(Optional<ProblemDocument> cut) {
        while (!open.isEmpty()) {
            appendFirst();
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

    /** Waits for the open documents, whose outcomes are recorded without a line: the reply cannot be kept. */
    void abandon() {
        while (!open.isEmpty()) {
            Line line = open.removeFirst();
            count(line, line.done().join());
        }
    }

    /** Whether the lines of refused documents have reached their largest size. */
    boolean isFull() {
        return refusalBytes > ROOM_OF_REFUSALS;
    }

    /** Whether any document was stored. */
    boolean tookEffect() {
        return stored > 0;
    }

    /** Whether a document has failed for a transient reason; it may have been written all the same. */
    boolean isUnfinished() {
        return unfinished;
    }

    /** The reply to record for repetitions: all of it if a record can hold that, else its last line. */
    SavedReply saved() {
        return spool.inMemory().map(BulkReply::saved).filter(SavedReply::fits).orElseGet(() -> saved(lastLine));
    }

    private static SavedReply saved(String body) {
        return new SavedReply(200, Map.of("Content-Type", TYPE), body);
    }

    /**
     * The outcomes to record if the request is not completed.
     *
     * @param fingerprint of the whole request; empty if it was cut
     * @return empty if a record cannot hold them
     */
    Optional<PartialReply> partial(Optional<String> fingerprint) {
        return Optional.ofNullable(parts)
                .map(known -> new PartialReply(known, fingerprint))
                .filter(PartialReply::fits);
    }

    /** Length of the body in bytes. */
    long length() {
        return spool.length();
    }

    void sendTo(OutputStream out) throws IOException {
        spool.sendTo(out);
    }

    private void appendFirst() {
        Line line = open.removeFirst();
        append(line, line.done().join());
        held -= line.weight();
    }

    private void append(Line line, Outcome outcome) {
        count(line, outcome);
        String text = "{\"%s\":%d,%s\n"
                .formatted(numbering, line.number(), outcome.json().substring(1));
        spool.write(text.getBytes(UTF_8));
    }

    private void count(Line line, Outcome outcome) {
        if (outcome.isStored()) {
            stored++;
        } else {
            refused++;
            refusalBytes += outcome.json().length();
        }
        unfinished |= outcome.status() >= 500;
        if (!line.document().isEmpty()) {
            record(new Part(line.document(), outcome.status() >= 500 ? "" : outcome.json()));
        }
    }

    private void record(Part part) {
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
