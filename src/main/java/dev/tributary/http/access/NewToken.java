package dev.tributary.http.access;

import java.security.SecureRandom;
import java.util.List;

/**
 * A bearer token that was just made.
 *
 * @param token the secret itself, for its caller alone
 * @param line what the file of tokens has of it
 */
public record NewToken(String token, String line) {

    /**
     * Makes one.
     *
     * @param rights such as {@code users:read,write}
     * @throws IllegalArgumentException if the name or a right is not of the form that the file has; says which
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

    /** Without the secret. */
    @Override
    public String toString() {
        return line;
    }
}
