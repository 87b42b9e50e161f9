package dev.tributary.acknowledgement;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.VersionStamp;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The name of one write, in an attribute of the item that it writes: the stream brings it back with the change. A removal
 * has no new image, so its mark is written before it, and counts when the item with it is removed.
 */
public record WriteMark(String id) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 18;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{24}");

    private static final String WRITTEN = "w:";
    private static final String REMOVED = "d:";

    /** A new random mark, which cannot be guessed. */
    public static WriteMark random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new WriteMark(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Whether a text may be the id of a mark. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The attribute's value in an item that a write puts or updates. */
    public AttributeValue ofWrite() {
        return AttributeValue.fromS(WRITTEN + id);
    }

    /** The attribute's value in an item that is about to be removed. */
    public AttributeValue ofRemoval() {
        return AttributeValue.fromS(REMOVED + id);
    }

    /**
     * The mark of the write that a change is; empty if no request waits for it. An item keeps the mark of an earlier write.
     */
    public static Optional<WriteMark> of(Change change) {
        Optional<String> before = change.before().flatMap(WriteMark::text);
        Optional<String> after = change.after().flatMap(WriteMark::text);
        if (change.after().isEmpty()) {
            return id(before, REMOVED);
        }
        return after.equals(before) ? Optional.empty() : id(after, WRITTEN);
    }

    private static Optional<String> text(Item item) {
        @Nullable AttributeValue value = item.attributes().get(VersionStamp.WRITE);
        return Optional.ofNullable(value == null ? null : value.s());
    }

    private static Optional<WriteMark> id(Optional<String> text, String kind) {
        return text.filter(mark -> mark.startsWith(kind))
                .map(mark -> mark.substring(kind.length()))
                .filter(WriteMark::isId)
                .map(WriteMark::new);
    }
}
