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
 * The rights of a token.
 *
 * @param byResource rights by name of the resource; {@link #EVERY_RESOURCE} for all resources
 */
record Permissions(Map<String, Set<Access>> byResource) {

    static final String EVERY_RESOURCE = "*";

    private static final Pattern RIGHT =
            Pattern.compile("(?:\\*|[a-z0-9-]{1,100})(?::(?:read|write)(?:,(?:read|write))?)?");

    Permissions {
        byResource = Map.copyOf(byResource);
    }

    static final String EXPECTED = "RESOURCE:read, RESOURCE:write or RESOURCE:read,write, where * is every resource";

    /** Reads rights such as {@code users:read,write} and {@code *}; empty if one is malformed. */
    static Optional<Permissions> parse(List<String> texts) {
        Map<String, Set<Access>> byResource = new HashMap<>();
        for (String text : texts) {
            if (!RIGHT.matcher(text).matches()) {
                return Optional.empty();
            }
            String[] parts = text.split(":", 2);
            byResource
                    .computeIfAbsent(parts[0], resource -> EnumSet.noneOf(Access.class))
                    .addAll(parts.length == 1 ? EnumSet.allOf(Access.class) : accesses(parts[1]));
        }
        return Optional.of(new Permissions(byResource));
    }

    private static Set<Access> accesses(String text) {
        return Arrays.stream(Access.values())
                .filter(access -> Set.of(text.split(",", -1)).contains(access.written()))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Access.class)));
    }

    boolean allow(String resource, Access access) {
        return byResource.getOrDefault(resource, Set.of()).contains(access)
                || byResource.getOrDefault(EVERY_RESOURCE, Set.of()).contains(access);
    }
}
