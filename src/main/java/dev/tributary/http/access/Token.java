package dev.tributary.http.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tributary.model.Sha256;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The form of tokens: a prefix that scanners for leaked secrets can look for, and 256 random bits.
 *
 * <p>No other text is a token, so the token file cannot hold a password. One round of SHA-256 is therefore enough: slow
 * hashes and salts are for secrets that can be guessed.
 */
final class Token {

    static final String PREFIX = "trb_";

    private static final Pattern FORM = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");
    private static final int BYTES = 32;

    private Token() {}

    static String make(SecureRandom random) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    static boolean isToken(String text) {
        return FORM.matcher(text).matches();
    }

    static byte[] hash(String token) {
        return Sha256.of(token.getBytes(US_ASCII));
    }

    static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }
}
