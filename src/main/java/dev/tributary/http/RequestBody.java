package dev.tributary.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON bodies of bounded size. A body must be declared as JSON: browsers send such a media type to another site only
 * after asking it, so no page that somebody visits can write here.
 */
final class RequestBody {

    private final int maxBytes;

    RequestBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The whole body. Waits for the client to send it, at most as long as the connection may be idle. */
    byte[] read(Context context, MediaTypes types) throws IOException {
        checkType(context.header("Content-Type"), types);
        checkEncoding(context.header("Content-Encoding"));
        if (context.req().getContentLengthLong() > maxBytes) {
            throw tooLarge();
        }
        byte[] body = context.req().getInputStream().readNBytes(maxBytes);
        if (body.length == maxBytes && context.req().getInputStream().read() >= 0) {
            throw tooLarge();
        }
        return body;
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

    private ProblemException tooLarge() {
        return new ProblemException(ProblemDocument.of(
                ProblemType.BODY_TOO_LARGE,
                "Expected a body of at most %,d bytes. One item is at most 400 KB.".formatted(maxBytes)));
    }
}
