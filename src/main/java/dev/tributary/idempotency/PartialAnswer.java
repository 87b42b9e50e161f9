package dev.tributary.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;

/**
 * What is known of a request of many writes that was not carried out as a whole: of its documents, in their order from the
 * first, what each was answered.
 *
 * @param fingerprint of the whole request; absent if its end was not seen
 */
public record PartialAnswer(List<Part> parts, Optional<String> fingerprint) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * One document.
     *
     * @param document its hash, see {@link Fingerprint#add}
     * @param answer empty where it was not carried out, or nobody knows whether it was
     */
    public record Part(String document, String answer) {}

    /** As it is kept. */
    private record Stored(List<Part> parts, String fingerprint) {}

    public PartialAnswer {
        parts = List.copyOf(parts);
    }

    String json() {
        try {
            return JSON.writeValueAsString(new Stored(parts, fingerprint.orElse("")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings can always be written", e);
        }
    }

    /** Whether a record can hold it. */
    public boolean fits() {
        return SavedAnswer.fits(json());
    }

    /** What was kept; empty if it is none of ours: then the request is carried out as a new one. */
    static Optional<PartialAnswer> parse(String json) {
        try {
            Stored stored = JSON.readValue(json, Stored.class);
            return Optional.of(new PartialAnswer(
                    stored.parts(), Optional.of(stored.fingerprint()).filter(known -> !known.isEmpty())));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Without documents and answers: they may be personal data and must not reach a log. */
    @Override
    public String toString() {
        return "PartialAnswer[" + parts.size() + "]";
    }
}
