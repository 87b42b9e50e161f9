package dev.tributary.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An HTTP reply that is stored for repetitions of its request.
 *
 * @param status of HTTP
 * @param headers in the order in which they are sent
 * @param body empty for none; with the rest of the record at most 400 KB, the limit of DynamoDB
 */
public record SavedReply(int status, Map<String, String> headers, String body) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public SavedReply {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** Leaves room for the rest of the record within 400 KB, the limit of DynamoDB. */
    private static final int MAX_ENCODED_BYTES = 350 * 1024;

    /** Whether it fits into a record; as JSON within JSON it may be twice as long as its body. */
    public boolean fits() {
        return fits(json());
    }

    static boolean fits(String json) {
        return json.getBytes(StandardCharsets.UTF_8).length <= MAX_ENCODED_BYTES;
    }

    String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers and strings can always be written", e);
        }
    }

    /** @throws IllegalStateException if the JSON has another form */
    static SavedReply parse(String json) {
        try {
            return JSON.readValue(json, SavedReply.class);
        } catch (JsonProcessingException e) {
            e.clearLocation(); // the location quotes the answer, which may be personal data
            throw new IllegalStateException("a record of the idempotency table has a malformed reply", e);
        }
    }

    /** Leaves out headers and body: they may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "SavedReply[" + status + "]";
    }
}
