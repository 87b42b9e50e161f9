package dev.tributary.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON bodies of bounded size. A body must be declared as JSON: browsers send such a media type to another site only
 * after asking it, so no page that somebody visits can write here.
 */
final class RequestBody {

    private static final long MAX_DISCARDED_BYTES = 8 * 1024 * 1024;

    private final int maxBytes;

    RequestBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The whole body. Waits for the client to send it, at most as long as the connection may be idle. */
    byte[] read(Context context, MediaTypes types) {
        checkType(context.header("Content-Type"), types);
        checkEncoding(context.header("Content-Encoding"));
        try {
            InputStream body = context.req().getInputStream();
            if (context.req().getContentLengthLong() > maxBytes) {
                throw tooLarge(context, body);
            }
            byte[] bytes = body.readNBytes(maxBytes);
            if (bytes.length == maxBytes && body.read() >= 0) {
                throw tooLarge(context, body);
            }
            return bytes;
        } catch (IOException e) {
            throw new ProblemException(
                    e.getCause() instanceof TimeoutException
                            ? ProblemDocument.of(
                                    ProblemType.REQUEST_TIMEOUT, "The body stopped coming before it was complete.")
                            : ProblemDocument.of(
                                    ProblemType.BAD_REQUEST,
                                    "The body ended before it was complete, or its chunks are malformed."));
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

    /**
     * Takes some more of the body first. A connection that is closed with data unread is reset, and the client may lose
     * the answer; who waits to be told to go on has sent nothing yet.
     */
    private ProblemException tooLarge(Context context, InputStream body) throws IOException {
        if (context.header("Expect") == null) {
            body.skip(MAX_DISCARDED_BYTES);
        }
        return new ProblemException(ProblemDocument.of(
                ProblemType.BODY_TOO_LARGE,
                "Expected a body of at most %,d bytes. One item is at most 400 KB.".formatted(maxBytes)));
    }
}
