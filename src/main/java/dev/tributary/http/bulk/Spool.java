package dev.tributary.http.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.http.reply.ProblemException;
import dev.tributary.http.reply.ProblemType;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes that wait until they can be sent: the first 256 KB in memory, all of them in a temporary file once there are more.
 * For one thread at a time.
 */
final class Spool implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Spool.class);

    private static final int IN_MEMORY = 256 * 1024;

    private final Path directory;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private long length;
    private @Nullable FileChannel file;
    private @Nullable OutputStream toFile;

    /** @param directory of the file */
    Spool(Path directory) {
        this.directory = directory;
    }

    /** @throws ProblemException if the file cannot be written */
    void write(byte[] bytes) {
        length += bytes.length;
        try {
            if (toFile == null && length > IN_MEMORY) {
                file = open();
                toFile = new BufferedOutputStream(Channels.newOutputStream(file));
                memory.writeTo(toFile);
                memory.reset();
            }
            (toFile == null ? memory : toFile).write(bytes);
        } catch (IOException e) {
            log.error("could not write a reply to {}", directory, e);
            throw new ProblemException(
                    ProblemType.INSUFFICIENT_STORAGE,
                    "The disk of the server is full, so it cannot keep the reply. Some documents may have been written: send all of them again later.");
        }
    }

    /** Where the system allows it, the file has no name once it is open, so that not even a killed process leaves it. */
    private FileChannel open() throws IOException {
        Path path = Files.createTempFile(directory, "tributary-answer-", ".ndjson");
        try {
            return FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    long length() {
        return length;
    }

    /** The text, if it is short. */
    Optional<String> inMemory() {
        return toFile == null ? Optional.of(memory.toString(UTF_8)) : Optional.empty();
    }

    /** Sends all bytes; no more can be written then. */
    void sendTo(OutputStream out) throws IOException {
        if (toFile == null || file == null) {
            memory.writeTo(out);
            return;
        }
        toFile.flush();
        Channels.newInputStream(file.position(0)).transferTo(out);
    }

    /** Deletes the file, also if the disk was too full to take all of it. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
