package dev.tributary.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
     * @param late whether it was carried out after documents that follow it, which have to be carried out again if they
     *     have the same item
     */
    public record Part(String document, String answer, boolean late) {

        public Part(String document, String answer) {
            this(document, answer, false);
        }
    }

    /**
     * The JSON that the record holds.
     *
     * @param late indexes of such parts; null in records of a former version
     */
    private record Stored(
            List<StoredPart> parts,
            String fingerprint,
            @Nullable Set<Integer> late) {}

    private record StoredPart(String document, String answer) {}

    public PartialReply {
        parts = List.copyOf(parts);
    }

    String json() {
        try {
            return JSON.writeValueAsString(new Stored(
                    parts.stream()
                            .map(part -> new StoredPart(part.document(), part.answer()))
                            .toList(),
                    fingerprint.orElse(""),
                    IntStream.range(0, parts.size())
                            .filter(i -> parts.get(i).late())
                            .boxed()
                            .collect(Collectors.toCollection(TreeSet::new))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings can always be written", e);
        }
    }

    /**
     * These replies, which continue earlier ones, followed by those beyond them.
     *
     * @return the earlier ones alone if a record cannot hold all
     */
    public PartialReply continuing(PartialReply earlier) {
        if (earlier.parts().size() <= parts.size()) {
            return new PartialReply(parts, fingerprint.or(earlier::fingerprint));
        }
        List<Part> all = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Part before = earlier.parts().get(i);
            Part part = parts.get(i);
            boolean late = before.late() || before.answer().isEmpty();
            all.add(new Part(
                    part.document(), part.answer(), late && !part.answer().isEmpty()));
        }
        all.addAll(earlier.parts().subList(parts.size(), earlier.parts().size()));
        PartialReply both = new PartialReply(all, fingerprint.or(earlier::fingerprint));
        return both.fits() ? both : earlier;
    }

    /** Whether it fits into a record. */
    public boolean fits() {
        return SavedReply.fits(json());
    }

    /** Reads the JSON of a record; empty if it has another form, and the request is then carried out as a new one. */
    static Optional<PartialReply> parse(String json) {
        try {
            Stored stored = JSON.readValue(json, Stored.class);
            Set<Integer> late = Objects.requireNonNullElse(stored.late(), Set.of());
            List<Part> parts = IntStream.range(0, stored.parts().size())
                    .mapToObj(i -> new Part(
                            stored.parts().get(i).document(),
                            stored.parts().get(i).answer(),
                            late.contains(i)))
                    .toList();
            return Optional.of(
                    new PartialReply(parts, Optional.of(stored.fingerprint()).filter(known -> !known.isEmpty())));
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
