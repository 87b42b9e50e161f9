package dev.tributary.http.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.http.file.ProtectedFile;
import dev.tributary.http.file.ReloadingFiles;
import dev.tributary.http.file.UnusableFileException;
import dev.tributary.telemetry.Health;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens in use: those of the valid lines that the token file has now. An invalid line, or a missing file, revokes
 * tokens, because keeping them could keep one that was meant to be revoked. Safe for any thread.
 */
public final class Tokens {

    private static final Logger log = LoggerFactory.getLogger(Tokens.class);

    private final String key;
    private final ProtectedFile file;
    private final Set<String> resources;
    private volatile TokenFile known = TokenFile.EMPTY;

    /** The valid lines of the last read. Used by the reading thread only. */
    private TokenFile usable = TokenFile.EMPTY;

    /**
     * @param key the option that names the file
     * @param resources names of the resources
     */
    public Tokens(String key, Path path, Set<String> resources) {
        this.key = key;
        this.file = new ProtectedFile(path, false);
        this.resources = Set.copyOf(resources);
    }

    public ReloadingFiles reloaded(Health health) {
        ReloadingFiles.Use use = new ReloadingFiles.Use() {
            @Override
            public String read() throws UnusableFileException {
                return Tokens.this.read();
            }

            @Override
            public String withoutThem() {
                known = usable;
                return usable.size() == 0
                        ? "every request is refused"
                        : "the other lines are in use: " + usable.size() + " tokens";
            }
        };
        return new ReloadingFiles(key, List.of(file), use, health);
    }

    private String read() throws UnusableFileException {
        usable = TokenFile.EMPTY;
        TokenFile.Parsed parsed = TokenFile.parse(new String(file.read(), UTF_8));
        TokenFile read = parsed.tokens();
        usable = read;
        if (!parsed.errors().isEmpty()) {
            throw new UnusableFileException(file.path() + ": " + String.join("; ", parsed.errors()));
        }
        if (file.isOpenToReaders()) {
            log.warn(
                    "{}: every user of this machine may read the rights in it; the tokens themselves are not in it",
                    file.path());
        }
        Set<String> unknown = read.unknownResources(resources);
        if (!unknown.isEmpty()) {
            log.warn("{}: has rights on resources that do not exist: {}", file.path(), String.join(", ", unknown));
        }
        known = read;
        return read.size() == 0
                ? "%s has no token, so every request is refused".formatted(file.path())
                : "%d tokens of %s".formatted(read.size(), file.path());
    }

    public Optional<Caller> caller(String token) {
        return known.caller(token);
    }
}
