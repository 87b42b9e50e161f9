package dev.tributary.cli.progress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The terminal of this process. */
final class Terminal {

    private static final Path STDERR = Path.of("/proc/self/fd/2");
    private static final int USUAL_WIDTH = 80;
    private static final int LEAST_WIDTH = 40;

    private Terminal() {}

    /**
     * Whether stderr is a terminal, where the system has a proc file system; elsewhere false. Java itself knows only whether
     * stdin and stdout both are.
     */
    static boolean isErr() {
        try {
            String device = Files.readSymbolicLink(STDERR).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** The width that the shell exports, or the usual one. */
    static int width() {
        String columns = System.getenv().getOrDefault("COLUMNS", "");
        boolean number = columns.matches("[1-9]\\d{0,3}");
        return Math.max(LEAST_WIDTH, number ? Integer.parseInt(columns) : USUAL_WIDTH);
    }
}
