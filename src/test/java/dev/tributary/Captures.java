package dev.tributary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What commands print, kept in {@code target/captures}, from which the documents quote. */
final class Captures {

    private static final Path DIRECTORY = Path.of("target", "captures");

    private Captures() {}

    /**
     * Writes a file of a few frames of a progress bar, as a terminal would show one after the other, and the output.
     *
     * @param frames without their carriage returns
     */
    static void write(String name, List<String> frames, String output) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < frames.size(); i += Math.max(1, frames.size() / 4)) {
            text.append(frames.get(i).stripTrailing()).append('\n');
        }
        if (!frames.isEmpty()) {
            text.append(frames.get(frames.size() - 1).stripTrailing()).append('\n');
        }
        Files.createDirectories(DIRECTORY);
        Files.writeString(DIRECTORY.resolve(name + ".txt"), text.toString().strip() + "\n" + output);
    }
}
