package dev.tributary.http.log;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trace that a caller names in the header {@code traceparent}, see
 * <a href="https://www.w3.org/TR/trace-context/">Trace Context</a> of the W3C.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param parentId 16 such digits
 */
public record TraceParent(String traceId, String parentId) {

    static final String HEADER = "traceparent";

    /** Version, trace, parent and flags; a later version may add parts. */
    private static final Pattern FORM =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

    private static final String FIRST_VERSION = "00";

    /** More than any version needs, so that a long header costs nothing. */
    private static final int MAX_LENGTH = 512;

    /**
     * The trace in the header; empty if there is none, if there are several, or if it is malformed.
     *
     * @param values of the header, one for each line
     */
    static Optional<TraceParent> of(List<String> values) {
        if (values.size() != 1 || values.get(0).length() > MAX_LENGTH) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(values.get(0));
        return form.matches() && (form.group(4) == null || !form.group(1).equals(FIRST_VERSION))
                ? Optional.of(new TraceParent(form.group(2), form.group(3)))
                : Optional.empty();
    }
}
