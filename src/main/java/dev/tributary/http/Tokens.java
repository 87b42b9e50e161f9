package dev.tributary.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.telemetry.Health;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens in use. Safe for any thread. */
final class Tokens {

    private static final Logger log = LoggerFactory.getLogger(Tokens.class);

    private final GuardedFile file;
    private final Set<String> routes;
    private volatile TokenFile known = TokenFile.EMPTY;

    /** @param routes names of the write routes there are */
    Tokens(Path path, Set<String> routes) {
        this.file = new GuardedFile(path, false);
        this.routes = Set.copyOf(routes);
    }

    Reloaded reloaded(Health health) {
        return new Reloaded("http.tokens", List.of(file), this::read, health);
    }

    private String read() throws UnusableFileException {
        TokenFile read = TokenFile.parse(file.path().toString(), new String(file.read(), UTF_8));
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

    Optional<Caller> caller(String token) {
        return known.caller(token);
    }
}
