package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.idempotency.SavedReply;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The result of a request. A version is a string of digits; without a version attribute there is none. */
public sealed interface WriteResult {

    /**
     * The item was stored as a new one.
     *
     * @param key its key attributes, the partition key first; numbers as DynamoDB writes them
     * @param version the item's version
     */
    record Stored(Map<String, AttributeValue> key, Optional<String> version) implements WriteResult {
        public Stored {
            key = Collections.unmodifiableMap(new LinkedHashMap<>(key));
        }

        /** The names only: key values may be personal data and must not reach a log. */
        @Override
        public String toString() {
            return "Stored" + key.keySet();
        }
    }

    /**
     * An item was replaced, changed or removed.
     *
     * @param version the item's new version; empty if unknown
     */
    record Changed(Optional<String> version) implements WriteResult {}

    /** The item was read; its key attributes come first. */
    record Found(Map<String, AttributeValue> item, Optional<String> version) implements WriteResult {
        public Found {
            item = Collections.unmodifiableMap(new LinkedHashMap<>(item));
        }

        /** The names only: values may be personal data and must not reach a log. */
        @Override
        public String toString() {
            return "Found" + item.keySet();
        }
    }

    /** The item was read, and the caller has its version already. */
    record NotModified(String version) implements WriteResult {}

    /** The same request was carried out before, with this answer. */
    record Replayed(SavedReply answer) implements WriteResult {}

    /** Nothing was written, except possibly after {@link Problem.Kind#TIMEOUT}. */
    record Refused(Problem problem) implements WriteResult {}
}
