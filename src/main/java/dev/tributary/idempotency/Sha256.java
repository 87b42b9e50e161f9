package dev.tributary.idempotency;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hash that every Java has. */
final class Sha256 {

    private Sha256() {}

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every Java has SHA-256", e);
        }
    }
}
