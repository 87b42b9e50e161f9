package dev.tributary;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A line of {@code fix-levels.txt}: a vulnerability, and the first version of a library without it.
 *
 * @param artifact {@code *} for every artifact of the group
 */
record FixLevel(String group, String artifact, Version fixed, String id, String what) {

    private static final Path FILE = Path.of("src/test/resources/dev/tributary/fix-levels.txt");

    static List<FixLevel> all() throws IOException {
        return Files.readAllLines(FILE).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(FixLevel::parse)
                .toList();
    }

    static FixLevel parse(String line) {
        String[] parts = line.split(" ", 4);
        String[] coordinates = parts.length == 4 ? parts[0].split(":") : new String[0];
        if (coordinates.length != 2) {
            throw new IllegalArgumentException(
                    "'%s' in %s: expected '<group>:<artifact> <version> <id> <what>'".formatted(line, FILE));
        }
        return new FixLevel(coordinates[0], coordinates[1], Version.parse(parts[1]), parts[2], parts[3]);
    }

    /** The message for a library that is affected and older than the fix. */
    Optional<String> violation(ShippedLibrary library) {
        boolean concerned = library.group().equals(group)
                && (artifact.equals("*") || library.artifact().equals(artifact));
        return concerned && Version.parse(library.version()).compareTo(fixed) < 0
                ? Optional.of("%s %s ships; %s fixes %s: %s"
                        .formatted(library.coordinates(), library.version(), fixed, id, what))
                : Optional.empty();
    }
}
