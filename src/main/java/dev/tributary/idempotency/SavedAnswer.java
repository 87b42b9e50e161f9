package dev.tributary.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer as it is kept for whoever asks again.
 *
 * @param status of HTTP
 * @param headers in the order they are sent
 * @param body empty for none; with the rest of the record at most 400 KB, or DynamoDB refuses the record
 */
public record SavedAnswer(int status, Map<String, String> headers, String body) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public SavedAnswer {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** With room for the rest of the record below the 400 KB that DynamoDB takes. */
    private static final int MAX_ENCODED_BYTES = 350 * 1024;

    /** Whether a record can hold it: as JSON inside of JSON it may be twice as long as its body. */
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

    /** @throws IllegalStateException if it is none of ours */
    static SavedAnswer parse(String json) {
        try {
            return JSON.readValue(json, SavedAnswer.class);
        } catch (JsonProcessingException e) {
            e.clearLocation(); // which quotes the answer, and answers may be personal data
            throw new IllegalStateException(
                    "a record of the idempotency table has an answer that was not saved here", e);
        }
    }

    /** Without headers and body: they may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "SavedAnswer[" + status + "]";
    }
}
