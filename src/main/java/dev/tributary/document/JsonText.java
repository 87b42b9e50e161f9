package dev.tributary.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.util.regex.Pattern;

/** The JSON parser for requests, and its error messages in the words of callers. */
final class JsonText {

    /**
     * The size of the body bounds all lengths, so that a long number is an error of its field and not of the
     * document; names are not interned, because callers choose them.
     */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** {@code [Source: …; line: 1, column: 2]} in a message; the source is always the request. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;\\]]*; ([^\\]]*)\\]");

    /** Advice for developers who configure the parser, not for callers. */
    private static final Pattern ADVICE = Pattern.compile("enable `[^`]*` to allow");

    private JsonText() {}

    /** The position and the kind of the error. */
    static String explain(JsonProcessingException e) {
        String message = SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1");
        message = ADVICE.matcher(message).replaceAll("JSON has no such value");
        JsonLocation location = e.getLocation();
        return location == null
                ? message
                : "Line %d, column %d: %s".formatted(location.getLineNr(), location.getColumnNr(), message);
    }
}
