package dev.tributary.document;

import com.fasterxml.jackson.core.JsonStreamContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Collects the errors of one document. Their number and lengths are bounded, so that the answer is bounded; further
 * errors are dropped before their pointers are built.
 */
final class FieldErrors {

    private static final int MAX = 50;

    /** Longest name in a pointer, and longest pointer, in characters; an ellipsis replaces the rest. */
    private static final int MAX_NAME = 100;

    private static final int MAX_POINTER = 500;

    private final List<FieldError> errors = new ArrayList<>();

    void add(String pointer, String message) {
        if (!isFull()) {
            errors.add(new FieldError(pointer, message));
        }
    }

    /** Whether further errors are dropped, so that their pointers and messages need not be built. */
    boolean isFull() {
        return errors.size() == MAX;
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    List<FieldError> all() {
        return List.copyOf(errors);
    }

    /** The JSON Pointer of a member or an element of what {@code parent} points to. */
    static String child(String parent, String name) {
        return parent + "/" + shortened(name, MAX_NAME).replace("~", "~0").replace("/", "~1");
    }

    /** The JSON Pointer of the parser's current value; of the container, at its first or last token. */
    static String pointer(JsonStreamContext context) {
        Deque<String> path = new ArrayDeque<>();
        for (JsonStreamContext at = context; at != null; at = at.getParent()) {
            if (at.hasPathSegment()) {
                path.push(at.inObject() ? at.getCurrentName() : String.valueOf(at.getCurrentIndex()));
            }
        }
        String pointer = "";
        for (String name : path) {
            if (pointer.length() > MAX_POINTER) {
                return child(pointer, "…");
            }
            pointer = child(pointer, name);
        }
        return pointer;
    }

    /** Never cuts a surrogate pair, half of which could not be encoded. */
    static String shortened(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max) + "…";
    }
}
