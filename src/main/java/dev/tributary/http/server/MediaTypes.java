package dev.tributary.http.server;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The media types that requests of one method may have.
 *
 * @param header in which an answer names them
 */
public record MediaTypes(String header, List<String> types) {

    public static final String JSON = "application/json";

    private static final String NDJSON = "application/x-ndjson";
    private static final String JSONL = "application/jsonl";

    /** What {@code POST} takes: one document, or many of them as an array or as lines. */
    public static final MediaTypes POST = of("Accept-Post", JSON, NDJSON, JSONL);

    /** Many documents, one a line. */
    public static final MediaTypes LINES = of("Accept-Post", NDJSON, JSONL);

    public static final MediaTypes PUT = of("Accept", JSON);
    public static final MediaTypes PATCH = of("Accept-Patch", "application/merge-patch+json", JSON);

    /** JSON between systems is UTF-8 (RFC 8259), and the parameter has no meaning; some clients send it all the same. */
    private static final Pattern TYPE =
            Pattern.compile("(?<type>[^;\\s]+)\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?", Pattern.CASE_INSENSITIVE);

    private static MediaTypes of(String header, String... types) {
        return new MediaTypes(header, Arrays.asList(types));
    }

    /** Whether a Content-Type is one of these. */
    public boolean include(@Nullable String type) {
        if (type == null) {
            return false;
        }
        Matcher matcher = TYPE.matcher(type.strip());
        return matcher.matches() && types.contains(matcher.group("type").toLowerCase(Locale.ROOT));
    }

    /** The types as the value of the header. */
    public String listed() {
        return String.join(", ", types);
    }
}
