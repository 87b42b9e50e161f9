package dev.tributary.http.file;

import dev.tributary.model.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HexFormat;
import java.util.Set;

/**
 * A file that holds permissions or a secret.
 *
 * @param secret whether only its owner and its group may read it
 */
public record ProtectedFile(Path path, boolean secret) {

    private static final int MAX_BYTES = 1 << 20;

    /**
     * Reads the file.
     *
     * @throws UnusableFileException if it cannot be read, others may write it, or it is secret and others may read it
     */
    public byte[] read() throws UnusableFileException {
        try {
            Set<PosixFilePermission> modes = modes();
            if (modes.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new UnusableFileException(
                        "%s: every user of this machine may write it; run chmod o-w on it".formatted(path));
            }
            if (secret && modes.contains(PosixFilePermission.OTHERS_READ)) {
                throw new UnusableFileException(
                        "%s: every user of this machine may read it; run chmod o-r on it".formatted(path));
            }
            if (Files.size(path) > MAX_BYTES) {
                throw new UnusableFileException("%s: larger than 1 MB".formatted(path));
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new UnusableFileException("%s: no such file".formatted(path), e);
        } catch (IOException e) {
            throw new UnusableFileException("%s: cannot be read (%s)".formatted(path, reason(e)), e);
        }
    }

    public boolean isOpenToReaders() throws UnusableFileException {
        try {
            return modes().contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException e) {
            throw new UnusableFileException("%s: cannot be read (%s)".formatted(path, reason(e)), e);
        }
    }

    /** A text that changes whenever another read could have another result. */
    String state() {
        try {
            return Files.size(path) > MAX_BYTES
                    ? Files.size(path) + " bytes, " + Files.getLastModifiedTime(path)
                    : HexFormat.of().formatHex(Sha256.of(Files.readAllBytes(path))) + modes();
        } catch (IOException e) {
            return reason(e);
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName();
    }

    /** The POSIX permissions; empty if the file system has none. */
    private Set<PosixFilePermission> modes() throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView("posix")
                ? Files.getPosixFilePermissions(path)
                : Set.of();
    }
}
