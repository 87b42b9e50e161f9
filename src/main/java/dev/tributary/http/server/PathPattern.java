package dev.tributary.http.server;

import java.util.List;

/**
 * A pattern of paths: {@code /users}, {@code /users/{email}} with a segment of any content, or {@code /users/**} with any
 * further segments. It matches paths as they were sent, without decoding: an encoded letter does not match that letter.
 *
 * @param text the pattern as written above
 */
public record PathPattern(String text, List<String> segments) {

    private static final String REST = "**";

    static PathPattern of(String text) {
        return new PathPattern(text, split(text));
    }

    /** Whether the pattern has a segment of any content. */
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
            boolean matches = isVariable(segment) ? !path.get(i).isEmpty() : segment.equals(path.get(i));
            if (!matches) {
                return false;
            }
        }
        return path.size() == segments.size();
    }

    /** The segments of a path. One trailing slash is ignored. */
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
