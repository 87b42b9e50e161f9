package dev.tributary.ingest;

import java.util.ArrayList;
import java.util.List;

/** The errors found so far in one document. Stops collecting when there are enough for anybody to read. */
final class FieldErrors {

    private static final int MAX = 50;

    private final List<FieldError> errors = new ArrayList<>();

    void add(String pointer, String message) {
        if (errors.size() < MAX) {
            errors.add(new FieldError(pointer, message));
        }
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    List<FieldError> all() {
        return List.copyOf(errors);
    }

    /** The JSON Pointer of a member or an element of what {@code parent} points to. */
    static String child(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
