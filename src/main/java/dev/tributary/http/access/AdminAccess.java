package dev.tributary.http.access;

import dev.tributary.http.file.FileChecks;
import dev.tributary.http.file.ReloadingFiles;
import dev.tributary.http.file.UnusableFileException;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.http.server.Refusals;
import dev.tributary.telemetry.Health;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lets only operators act through the admin server: those with a token and the right {@code admin:write}. */
public final class AdminAccess implements AutoCloseable {

    /** The name that stands for the resource in the right {@code admin:write}. */
    private static final String RESOURCE = "admin";

    private final Authentication authentication;
    private final FileChecks checks;

    private AdminAccess(Authentication authentication, List<ReloadingFiles> files) {
        this.authentication = authentication;
        this.checks = new FileChecks("admin-files", files);
    }

    /**
     * Reads the tokens.
     *
     * @return empty if there are none, so that nobody may act
     * @throws HttpStartException if they are not usable
     */
    public static Optional<AdminAccess> of(AdminTokenSettings settings, Health health) {
        try {
            if (settings.file().isPresent()) {
                Tokens tokens = new Tokens("admin.tokens", settings.file().get(), Set.of(RESOURCE));
                ReloadingFiles file = tokens.reloaded(health);
                file.first();
                return Optional.of(new AdminAccess(Authentication.limited(tokens::caller), List.of(file)));
            }
            if (settings.list().isPresent()) {
                TokenFile tokens =
                        TokenFile.ofList("admin.token-list", settings.list().get());
                return Optional.of(new AdminAccess(Authentication.limited(tokens::caller), List.of()));
            }
            return Optional.empty();
        } catch (UnusableFileException e) {
            throw new HttpStartException(e.getMessage() + ".", e);
        }
    }

    /** A registry whose handlers are called only for operators. */
    public HandlerRegistry authorizing(HandlerRegistry registry, Refusals refusals) {
        HandlerRegistry authenticating = (method, pattern, handler) -> registry.add(method, pattern, exchange -> {
            authentication.check(exchange.request());
            handler.handle(exchange);
        });
        return new Authorization(Optional.of(RESOURCE), refusals, authenticating);
    }

    /** Starts the checks of the file. */
    public void start() {
        checks.start();
    }

    @Override
    public void close() {
        checks.close();
    }
}
