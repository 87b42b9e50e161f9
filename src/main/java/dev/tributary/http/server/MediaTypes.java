package dev.tributary.http.server;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The media types that the bodies of one method may have.
 *
 * @param header in which a reply lists them
 */
public record MediaTypes(String header, List<String> types) {

    public static final String JSON = "application/json";

    private static final String NDJSON = "application/x-ndjson";
    private static final String JSONL = "application/jsonl";

    /** Of {@code POST}: one document, or many as an array or as lines. */
    public static final MediaTypes POST = of("Accept-Post", JSON, NDJSON, JSONL);

    /** Of many documents, one a line. */
    public static final MediaTypes LINES = of("Accept-Post", NDJSON, JSONL);

    public static final MediaTypes PUT = of("Accept", JSON);
    public static final MediaTypes PATCH = of("Accept-Patch", "application/merge-patch+json", JSON);

    /** Allows the parameter charset=utf-8, which has no meaning for JSON (RFC 8259) but which some clients send. */
    private static final Pattern TYPE =
            Pattern.compile("(?<type>[^;\\s]+)\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?", Pattern.CASE_INSENSITIVE);

    private static MediaTypes of(String header, String... types) {
        return new MediaTypes(header, Arrays.asList(types));
    }

    /** Whether a Content-Type names one of these types. */
    public boolean include(@Nullable String type) {
        if (type == null) {
            return false;
        }
        Matcher matcher = TYPE.matcher(type.strip());
        return matcher.matches() && types.contains(matcher.group("type").toLowerCase(Locale.ROOT));
    }

    /** The types as the value of {@link #header()}. */
    public String listed() {
        return String.join(", ", types);
    }
}
