package dev.tributary.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * DynamoDB Local inside this process, listening on loopback until closed. One database for all access keys and regions.
 * Sends no telemetry.
 */
public final class DynamoDbLocal implements AutoCloseable {

    private final EmbeddedServer server;
    private final URI endpoint;

    private DynamoDbLocal(EmbeddedServer server) {
        this.server = server;
        this.endpoint = server.endpoint();
    }

    /**
     * Starts it and opens its database. It accepts requests when this method returns.
     *
     * @throws LocalException if the port, the directory, the platform or the class path do not allow it
     * @throws IllegalArgumentException if the mode is {@link LocalSettings.Mode#OFF}
     */
    public static DynamoDbLocal start(LocalSettings settings) {
        Path directory =
                switch (settings.mode()) {
                    case OFF -> throw new IllegalArgumentException("local.mode is off");
                    case MEMORY -> null;
                    case DIRECTORY -> writable(settings.directory());
                };
        return new DynamoDbLocal(serve(settings, directory));
    }

    private static EmbeddedServer serve(LocalSettings settings, @Nullable Path directory) {
        try {
            return EmbeddedServer.start(settings.port(), directory, true);
        } catch (NoClassDefFoundError e) {
            throw new LocalException(
                    "local.mode = %s: DynamoDB Local is not on the class path (%s). Its licence allows development and test only, so the distribution leaves it out. Run from the sources with `mvn compile exec:java`, or set local.mode=off."
                            .formatted(settings.mode().name().toLowerCase(Locale.ROOT), e.getMessage()),
                    e);
        }
    }

    private static Path writable(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absolute);
        } catch (FileAlreadyExistsException e) {
            throw unusable(directory, "a file with that name exists", e);
        } catch (IOException e) {
            throw unusable(directory, "it cannot be created: " + e.getMessage(), e);
        }
        if (!Files.isWritable(absolute)) {
            throw unusable(
                    directory, "this user (%s) may not write to it".formatted(System.getProperty("user.name")), null);
        }
        return absolute;
    }

    private static LocalException unusable(Path directory, String why, @Nullable IOException cause) {
        String message = "local.directory = %s: %s. Set a directory this process can write to, or local.mode=memory."
                .formatted(directory, why);
        return cause == null ? new LocalException(message) : new LocalException(message, cause);
    }

    /** Its endpoint with region and credentials. */
    public LocalEndpoint place() {
        return LocalEndpoint.at(endpoint.getPort());
    }

    /** Its address, with the actual port. */
    public URI endpoint() {
        return endpoint;
    }

    /** Stops it. In directory mode, every acknowledged write is kept. May be repeated. */
    @Override
    public void close() {
        server.close();
    }
}
