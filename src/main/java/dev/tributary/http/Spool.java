package dev.tributary.http;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Bytes that wait until they can be sent: a few in memory, more in a temporary file. For one thread at a time. */
final class Spool implements AutoCloseable {

    private static final int IN_MEMORY = 256 * 1024;

    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private long length;
    private @Nullable Path file;
    private @Nullable OutputStream toFile;

    /** @throws IOException if the file cannot be written; {@code java.io.tmpdir} says where it would be */
    void write(byte[] bytes) throws IOException {
        length += bytes.length;
        if (toFile == null && length > IN_MEMORY) {
            file = Files.createTempFile("tributary-answer-", ".ndjson");
            toFile = new BufferedOutputStream(Files.newOutputStream(file));
            memory.writeTo(toFile);
            memory.reset();
        }
        (toFile == null ? memory : toFile).write(bytes);
    }

    long length() {
        return length;
    }

    /** Ends the writing. */
    void sendTo(OutputStream out) throws IOException {
        if (toFile == null || file == null) {
            memory.writeTo(out);
            return;
        }
        toFile.close();
        Files.copy(file, out);
    }

    @Override
    public void close() throws IOException {
        if (toFile != null && file != null) {
            toFile.close();
            Files.delete(file);
        }
    }
}
