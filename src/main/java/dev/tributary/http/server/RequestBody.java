package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.items.DocumentMemoryBudget;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads JSON bodies of bounded size. A body must be declared as JSON: browsers send that media type to another site only
 * after a preflight request, so pages of other sites cannot write.
 */
public final class RequestBody {

    private static final Logger log = LoggerFactory.getLogger(RequestBody.class);

    private static final long MAX_DISCARDED_BYTES = 8 * 1024 * 1024;

    /** A longer body is not read just to refuse it. */
    static final long MAX_UNREAD_BYTES = 65_536;

    /** White space of JSON, and a byte order mark. */
    private static final String BLANK = " \t\r\n\u00EF\u00BB\u00BF";

    private static final int LONGEST_BLANK = 1024;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int maxBytes;
    private final DocumentMemoryBudget memory;

    public RequestBody(int maxBytes, DocumentMemoryBudget memory) {
        this.maxBytes = maxBytes;
        this.memory = memory;
    }

    /** The memory budget of documents whose requests are open. */
    public DocumentMemoryBudget memory() {
        return memory;
    }

    /** Largest body, in bytes. */
    public int maxBytes() {
        return maxBytes;
    }

    /**
     * Reads the whole body, and claims until the end of the request the memory that its document can take. Waits for the
     * client, at most as long as the connection may be idle.
     *
     * @throws ProblemException if the body is not one of these types, too large or incomplete, or the memory is taken
     */
    public byte[] read(Exchange exchange, MediaTypes types) {
        check(exchange, types);
        try {
            if (exchange.contentLength() > maxBytes) {
                throw tooLarge(exchange);
            }
            InputStream body = exchange.body();
            byte[] bytes = body.readNBytes(maxBytes);
            if (bytes.length == maxBytes && body.read() >= 0) {
                throw tooLarge(exchange);
            }
            StrictUtf8.refusal(bytes).ifPresent(refusal -> {
                throw new ProblemException(refusal);
            });
            exchange.atEnd(memory.claim(bytes).orElseThrow(() -> new ProblemException(overloaded()))::close);
            return bytes;
        } catch (IOException e) {
            throw new ProblemException(broken(e));
        }
    }

    /** The problem of a document for which there is no memory while others have it. */
    public static ProblemDocument overloaded() {
        return ProblemDocument.of(
                        ProblemType.OVERLOADED,
                        "The memory for documents is in use by other requests. Send this again after Retry-After.")
                .retryAfter(RETRY_AFTER);
    }

    /**
     * Checks the media type and the encoding that a request declares for its body.
     *
     * @throws ProblemException if the body is not declared to be of one of these types and without an encoding
     */
    public static void check(Exchange exchange, MediaTypes types) {
        checkType(exchange.header("Content-Type"), types);
        checkEncoding(exchange.header("Content-Encoding"));
    }

    /** Whether a JSON body begins as an array. Leaves the body as if unread. */
    public static boolean beginsArray(Exchange exchange) {
        try {
            BufferedInputStream body = exchange.body();
            body.mark(LONGEST_BLANK);
            for (int i = 0; i < LONGEST_BLANK; i++) {
                int next = body.read();
                if (BLANK.indexOf(next) < 0) {
                    body.reset();
                    return next == '[';
                }
            }
            body.reset();
        } catch (IOException e) {
            return false; // reading the document will fail again
        }
        return false;
    }

    /** The problem of a request whose body cannot be read. */
    public static ProblemDocument broken(IOException e) {
        return e.getCause() instanceof TimeoutException
                ? ProblemDocument.of(ProblemType.REQUEST_TIMEOUT, "The body stopped arriving before it was complete.")
                : ProblemDocument.of(
                        ProblemType.BAD_REQUEST, "The body ended before it was complete, or its chunks are malformed.");
    }

    /**
     * Reads up to 8 MB of a body that is refused: a connection that is closed with data unread is reset, and the client may
     * lose the reply. A client that expects {@code 100 Continue} has sent nothing yet.
     */
    public static void discard(Exchange exchange) {
        if (exchange.header("Expect") != null) {
            return;
        }
        try {
            InputStream body = exchange.body();
            long left = MAX_DISCARDED_BYTES;
            for (long skipped = body.skip(left); skipped > 0; skipped = body.skip(left)) {
                left -= skipped;
            }
        } catch (IOException e) {
            log.debug("a client disconnected before its body was refused", e);
        }
    }

    /**
     * Discards the body of a request that was refused before its body was read. One of unknown length, or a long one, is left:
     * it would hold its thread for as long as its client likes.
     */
    static void discardUnread(Exchange exchange) {
        long length = exchange.contentLength();
        if (length > 0 && length <= MAX_UNREAD_BYTES) {
            exchange.endBody(Optional::empty);
            discard(exchange);
        }
    }

    private static void checkType(@Nullable String type, MediaTypes types) {
        if (!types.include(type)) {
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Expected the header Content-Type: %s; found %s."
                                    .formatted(String.join(" or ", types.types()), type == null ? "none" : type))
                    .with(types.header(), types.listed()));
        }
    }

    private static void checkEncoding(@Nullable String encoding) {
        if (encoding != null && !encoding.strip().toLowerCase(Locale.ROOT).equals("identity")) {
            throw new ProblemException(ProblemDocument.of(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Expected a body without Content-Encoding; found %s.".formatted(encoding))
                    .with("Accept-Encoding", "identity"));
        }
    }

    private ProblemException tooLarge(Exchange exchange) {
        discard(exchange);
        return new ProblemException(
                ProblemType.BODY_TOO_LARGE,
                "Expected a body of at most %,d bytes. One item is at most 400 KB.".formatted(maxBytes));
    }
}
