package dev.tributary.streams;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * A position in a shard that contains everything, so that the endpoint keeps no state for it.
 *
 * @param after sequence number after which reading continues
 * @param issued when it was issued
 * @param generation of the endpoint's iterators; those of an earlier one have expired
 */
record ShardIterator(String streamArn, String shardId, BigInteger after, Instant issued, int generation) {

    /** DynamoDB's lifetime of an iterator. */
    private static final Duration LIFE = Duration.ofMinutes(15);

    String text() {
        String plain =
                String.join("|", streamArn, shardId, after.toString(), issued.toString(), Integer.toString(generation));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    static ShardIterator of(String text) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split("\\|", -1);
            return new ShardIterator(
                    parts[0], parts[1], new BigInteger(parts[2]), Instant.parse(parts[3]), Integer.parseInt(parts[4]));
        } catch (RuntimeException e) {
            throw Fault.invalid("Invalid ShardIterator").refusal();
        }
    }

    boolean expired(Instant now, int currentGeneration) {
        return generation != currentGeneration || now.isAfter(issued.plus(LIFE));
    }
}
