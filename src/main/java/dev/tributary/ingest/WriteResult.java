package dev.tributary.ingest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** How a write request ended. */
public sealed interface WriteResult {

    /**
     * The item is in the table.
     *
     * @param key its key attributes, the partition key first; numbers as DynamoDB writes them
     */
    record Stored(Map<String, AttributeValue> key) implements WriteResult {
        public Stored {
            key = Collections.unmodifiableMap(new LinkedHashMap<>(key));
        }

        /** The names only: key values may be personal data and must not reach a log. */
        @Override
        public String toString() {
            return "Stored" + key.keySet();
        }
    }

    /** Nothing was written, except perhaps after {@link Problem.Kind#TIMEOUT}. */
    record Refused(Problem problem) implements WriteResult {}
}
