package dev.tributary.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, which every Java platform must provide. */
public final class Sha256 {

    private Sha256() {}

    /** Returns a new, empty digest. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every Java platform has SHA-256", e);
        }
    }

    /** Returns the 32 bytes of the hash of {@code bytes}. */
    public static byte[] of(byte[] bytes) {
        return start().digest(bytes);
    }
}
