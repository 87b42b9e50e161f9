package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The query parameters of a request. Each is taken once; those that are left at the end are refused, not ignored. */
public final class Query {

    private final Map<String, String> parameters = new LinkedHashMap<>();

    /** @param query of the URI, percent-encoded; null if there is none */
    public Query(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return;
        }
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = decode(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : decode(parameter.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw bad("The query names %s more than once.".formatted(name));
            }
        }
    }

    /** Decodes a form value, in which a plus is a space. */
    private static String decode(String encoded) {
        return decodeUri(encoded.replace("+", "%20"));
    }

    /** The value of a required parameter. */
    public String take(String name) {
        return takeIfPresent(name)
                .orElseThrow(() -> bad("Expected %s in the query: it is part of the key.".formatted(name)));
    }

    /** The value of a flag, {@code true} or {@code false}; false if it is absent. */
    public boolean takeFlag(String name) {
        String value = takeIfPresent(name).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw bad("Expected %s=true or %s=false in the query; found %s=%s.".formatted(name, name, name, value));
        }
        return value.equals("true");
    }

    /** Whether there is a parameter of this name that was not taken yet. */
    public boolean has(String name) {
        return parameters.containsKey(name);
    }

    /** The value of an optional parameter. */
    public Optional<String> takeIfPresent(String name) {
        return Optional.ofNullable(parameters.remove(name));
    }

    /** The value of an optional parameter that is a whole number. */
    public int takeCount(String name, int least, int most, int usual) {
        Optional<String> text = takeIfPresent(name);
        if (text.isEmpty()) {
            return usual;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw notCount(name, text.get(), least, most);
        }
        throw notCount(name, text.get(), least, most);
    }

    private static ProblemException notCount(String name, String text, int least, int most) {
        return bad("Expected %s=N in the query, with N from %d to %d; found %s=%s."
                .formatted(name, least, most, name, text));
    }

    /** Refuses the request if parameters are left. */
    public void end() {
        end("");
    }

    /**
     * Refuses the request if parameters are left.
     *
     * @param hint what the detail of the problem ends with, such as the parameters that the path takes
     */
    public void end(String hint) {
        if (!parameters.isEmpty()) {
            throw bad("The path takes no parameter %s in its query%s."
                    .formatted(String.join(" and no ", parameters.keySet()), hint));
        }
    }

    /** Refuses a request because of its query. */
    public static ProblemException bad(String detail) {
        return new ProblemException(ProblemType.BAD_QUERY, detail);
    }

    /** Decodes a part of a URI; a {@link ProblemException} where it is not percent-encoded UTF-8. */
    public static String decodeUri(String encoded) {
        try {
            return PercentEncoding.decode(encoded);
        } catch (CharacterCodingException e) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "Expected percent-encoded UTF-8 in the URI.");
        }
    }
}
