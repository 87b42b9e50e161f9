package dev.tributary.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.util.regex.Pattern;

/** How Jackson reads requests, and what its complaints say to people. */
final class JsonText {

    /**
     * Lengths are bounded by the size of the body, so that a long number is an error of its field and not of the text;
     * names are not interned, as callers choose them.
     */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** {@code [Source: …; line: 1, column: 2]} inside a message: the source is always the request. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;\\]]*; ([^\\]]*)\\]");

    /** Advice for whoever configures the parser, not for whoever wrote the document. */
    private static final Pattern ADVICE = Pattern.compile("enable `[^`]*` to allow");

    private JsonText() {}

    /** Where the text goes wrong, and how. */
    static String explain(JsonProcessingException e) {
        String message = SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1");
        message = ADVICE.matcher(message).replaceAll("JSON has no such value");
        JsonLocation location = e.getLocation();
        return location == null
                ? message
                : "Line %d, column %d: %s".formatted(location.getLineNr(), location.getColumnNr(), message);
    }
}
