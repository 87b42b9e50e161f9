package dev.tributary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of {@code THIRD-PARTY.txt}: a library in the distribution, and its licences. */
record ShippedLibrary(String group, String artifact, String version, List<String> licences) {

    /** The reviewed list, which ships. */
    static final Path LIST = Path.of("src/main/dist/THIRD-PARTY.txt");

    private static final Pattern LINE = Pattern.compile("([^:\\s]+):([^:\\s]+):([^:\\s]+) \\((.+)\\)");

    static List<ShippedLibrary> all() throws IOException {
        return Files.readAllLines(LIST).stream()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(line -> new ShippedLibrary(
                        line.group(1),
                        line.group(2),
                        line.group(3),
                        List.of(line.group(4).split(", "))))
                .toList();
    }

    /** As Maven has it, without the version. */
    String coordinates() {
        return group + ":" + artifact;
    }

    String jar() {
        return artifact + "-" + version + ".jar";
    }
}
