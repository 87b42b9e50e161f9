package dev.tributary.http.server;

import java.util.List;

/**
 * The paths of a handler: {@code /users}, {@code /users/{email}} with a segment of any content, or {@code /users/**} with
 * any further segments. Matches paths as they were sent: nothing is decoded, so that an encoded letter is not that letter.
 *
 * @param text as above
 */
public record PathPattern(String text, List<String> segments) {

    private static final String REST = "**";

    static PathPattern of(String text) {
        return new PathPattern(text, split(text));
    }

    /** Whether part of the path is not fixed. */
    public boolean hasVariables() {
        return segments.stream().anyMatch(segment -> isVariable(segment) || segment.equals(REST));
    }

    /** @param path the segments of a path, by {@link #split} */
    boolean matches(List<String> path) {
        for (int i = 0; i < segments.size(); i++) {
            if (i >= path.size()) {
                return false;
            }
            String segment = segments.get(i);
            if (segment.equals(REST)) {
                return true;
            }
            boolean fits = isVariable(segment) ? !path.get(i).isEmpty() : segment.equals(path.get(i));
            if (!fits) {
                return false;
            }
        }
        return path.size() == segments.size();
    }

    /** The segments of a path. One slash at its end makes no difference. */
    static List<String> split(String path) {
        String trimmed = path.length() > 1 && path.endsWith("/") && !path.endsWith("//")
                ? path.substring(0, path.length() - 1)
                : path;
        return List.of(trimmed.split("/", -1));
    }

    private static boolean isVariable(String segment) {
        return segment.startsWith("{");
    }

    @Override
    public String toString() {
        return text;
    }
}
