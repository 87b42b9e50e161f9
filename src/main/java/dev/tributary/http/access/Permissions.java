package dev.tributary.http.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * On which write routes a token may do what.
 *
 * @param byRoute by name of the route; {@link #EVERY_ROUTE} for all
 */
record Permissions(Map<String, Set<Access>> byRoute) {

    static final String EVERY_ROUTE = "*";

    private static final Pattern RIGHT =
            Pattern.compile("(?:\\*|[a-z0-9-]{1,100})(?::(?:read|write)(?:,(?:read|write))?)?");

    Permissions {
        byRoute = Map.copyOf(byRoute);
    }

    static final String EXPECTED = "ROUTE:read, ROUTE:write or ROUTE:read,write, where * is every route";

    /** Reads rights such as {@code users:read,write} and {@code *}; empty if one of them is none. */
    static Optional<Permissions> parse(List<String> texts) {
        Map<String, Set<Access>> byRoute = new HashMap<>();
        for (String text : texts) {
            if (!RIGHT.matcher(text).matches()) {
                return Optional.empty();
            }
            String[] parts = text.split(":", 2);
            byRoute.computeIfAbsent(parts[0], route -> EnumSet.noneOf(Access.class))
                    .addAll(parts.length == 1 ? EnumSet.allOf(Access.class) : accesses(parts[1]));
        }
        return Optional.of(new Permissions(byRoute));
    }

    private static Set<Access> accesses(String text) {
        return Arrays.stream(Access.values())
                .filter(access -> Set.of(text.split(",", -1)).contains(access.written()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Access.class)));
    }

    boolean allow(String route, Access access) {
        return byRoute.getOrDefault(route, Set.of()).contains(access)
                || byRoute.getOrDefault(EVERY_ROUTE, Set.of()).contains(access);
    }
}
