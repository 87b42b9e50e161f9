package dev.tributary.bench;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * A database in a separate process with two empty tables. Stream records slow down later measurements, so each measurement
 * has its own database.
 */
final class Database implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(10);

    private final ChildProcess process;
    private final URI endpoint;
    private final DelayProxy proxy;
    private final Clients direct;
    private final Clients delayed;

    private Database(ChildProcess process, URI endpoint, Duration delay) throws IOException {
        this.process = process;
        this.endpoint = endpoint;
        this.proxy = DelayProxy.start(endpoint.getPort(), delay);
        this.direct = Clients.of(endpoint, WRITE_TIMEOUT);
        this.delayed = Clients.of(delayedEndpoint(), WRITE_TIMEOUT);
    }

    static Database start(Duration delay) throws IOException, InterruptedException {
        ChildProcess process = ChildProcess.start(DatabaseProcess.class, List.of("-Xmx1g"));
        try {
            Database database = new Database(process, URI.create(process.await("endpoint", LONGEST_START)), delay);
            Users.createTables(database.direct.control());
            return database;
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** For calls that are not measured. */
    Clients direct() {
        return direct;
    }

    /** For calls that are measured. */
    Clients delayed() {
        return delayed;
    }

    /** Through the delay, if there is one. */
    URI delayedEndpoint() {
        return proxy.delays() ? proxy.endpoint() : endpoint;
    }

    double cpuSeconds() {
        return process.cpuSeconds();
    }

    @Override
    public void close() throws IOException {
        delayed.close();
        direct.close();
        proxy.close();
        process.close();
    }
}
