package dev.tributary.http.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.http.server.GuardedFile;
import dev.tributary.http.server.ReloadingFiles;
import dev.tributary.http.server.UnusableFileException;
import dev.tributary.telemetry.Health;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens in use. What their file does not say now is no token: a line with a mistake, or a file that is gone, takes
 * tokens out of use, because what stays in use could be what somebody meant to revoke. Safe for any thread.
 */
public final class Tokens {

    private static final Logger log = LoggerFactory.getLogger(Tokens.class);

    private final GuardedFile file;
    private final Set<String> routes;
    private volatile TokenFile known = TokenFile.EMPTY;

    /** What can be used of the file as it was read last; of the thread that reads. */
    private TokenFile usable = TokenFile.EMPTY;

    /** @param routes names of the write routes there are */
    public Tokens(Path path, Set<String> routes) {
        this.file = new GuardedFile(path, false);
        this.routes = Set.copyOf(routes);
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
        return new ReloadingFiles("http.tokens", List.of(file), use, health);
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
                    "{}: everybody on this machine may read who may do what; the tokens themselves are not in it",
                    file.path());
        }
        Set<String> unknown = read.unknownRoutes(routes);
        if (!unknown.isEmpty()) {
            log.warn("{}: has rights on write routes that there are not: {}", file.path(), String.join(", ", unknown));
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
