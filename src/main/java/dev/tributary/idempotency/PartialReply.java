package dev.tributary.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;

/**
 * The replies to the documents of a bulk request that was carried out in part, in the order of the documents.
 *
 * @param fingerprint of the whole request; empty if the end of the request was not read
 */
public record PartialReply(List<Part> parts, Optional<String> fingerprint) {

    /** Nothing is known. */
    public static final PartialReply UNKNOWN = new PartialReply(List.of(), Optional.empty());

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * The answer to one document.
     *
     * @param document the fingerprint of the request up to it, see {@link Fingerprint#add}
     * @param answer empty if it was not carried out, or if that is unknown
     */
    public record Part(String document, String answer) {}

    /** The JSON that the record holds. */
    private record Stored(List<Part> parts, String fingerprint) {}

    public PartialReply {
        parts = List.copyOf(parts);
    }

    String json() {
        try {
            return JSON.writeValueAsString(new Stored(parts, fingerprint.orElse("")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings can always be written", e);
        }
    }

    /** Whether it fits into a record. */
    public boolean fits() {
        return SavedReply.fits(json());
    }

    /** Reads the JSON of a record; empty if it has another form, and the request is then carried out as a new one. */
    static Optional<PartialReply> parse(String json) {
        try {
            Stored stored = JSON.readValue(json, Stored.class);
            return Optional.of(new PartialReply(
                    stored.parts(), Optional.of(stored.fingerprint()).filter(known -> !known.isEmpty())));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Leaves out documents and answers: they may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "PartialReply[" + parts.size() + "]";
    }
}
