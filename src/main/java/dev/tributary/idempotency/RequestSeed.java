package dev.tributary.idempotency;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;

/**
 * What the generated values of a request are derived from, so that a repetition makes the same ones. It stays in the record
 * until the request is completed, whoever carries it out.
 *
 * @param secret 32 random bytes in Base64
 * @param begun when the request was first carried out, to the millisecond
 */
public record RequestSeed(String secret, Instant begun) {

    private static final SecureRandom RANDOM = new SecureRandom();

    static RequestSeed random(Instant now) {
        byte[] secret = new byte[32];
        RANDOM.nextBytes(secret);
        return new RequestSeed(
                Base64.getEncoder().withoutPadding().encodeToString(secret), Instant.ofEpochMilli(now.toEpochMilli()));
    }

    /** Leaves out the secret, which must not reach a log. */
    @Override
    public String toString() {
        return "RequestSeed[" + begun + "]";
    }
}
