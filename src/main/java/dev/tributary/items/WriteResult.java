package dev.tributary.items;

import dev.tributary.document.Problem;
import dev.tributary.idempotency.SavedAnswer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How a request ended. Versions are digits; without a version attribute there is none. */
public sealed interface WriteResult {

    /**
     * The item is in the table, and is a new resource.
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
     * @param version the item's version, as far as it is known
     */
    record Changed(Optional<String> version) implements WriteResult {}

    /** The item as it was read, key attributes first. */
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

    /** The item was read, and the caller has this version of it already. */
    record NotModified(String version) implements WriteResult {}

    /** The same request was carried out before, and gets the answer that it got. */
    record Replayed(SavedAnswer answer) implements WriteResult {}

    /** Nothing was written, except perhaps after {@link Problem.Kind#TIMEOUT}. */
    record Refused(Problem problem) implements WriteResult {}
}
