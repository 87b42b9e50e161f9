package dev.tributary.http.access;

import java.security.SecureRandom;
import java.util.List;

/**
 * A new bearer token.
 *
 * @param token the secret itself, for its caller alone
 * @param line its line in the token file, without the secret
 */
public record NewToken(String token, String line) {

    /**
     * Creates a token.
     *
     * @param rights such as {@code users:read,write}
     * @throws IllegalArgumentException if the name or a right is malformed; the message names it
     */
    public static NewToken make(String name, List<String> rights) {
        if (!TokenFile.NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("%s: expected a name of %s".formatted(name, TokenFile.NAME_EXPECTED));
        }
        if (Permissions.parse(rights).isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: expected %s".formatted(String.join(" ", rights), Permissions.EXPECTED));
        }
        String token = Token.make(new SecureRandom());
        return new NewToken(token, TokenFile.line(name, token, rights));
    }

    /** The line, without the secret. */
    @Override
    public String toString() {
        return line;
    }
}
