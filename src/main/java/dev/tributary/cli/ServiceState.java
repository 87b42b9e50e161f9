package dev.tributary.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that the daemon is ready or stops, see {@code sd_notify(3)}; does nothing where none asked for
 * it. By systemd's own program, because Java has no datagram sockets to files. Safe for any thread.
 */
final class ServiceState {

    private static final Logger log = LoggerFactory.getLogger(ServiceState.class);

    private static final String PROGRAM = "systemd-notify";
    private static final long TIMEOUT_SECONDS = 5;

    private final boolean asked;

    private ServiceState(boolean asked) {
        this.asked = asked;
    }

    /** The manager named in the variables of this process. */
    static ServiceState of(Map<String, String> environment) {
        return new ServiceState(environment.containsKey("NOTIFY_SOCKET"));
    }

    /** Tells that requests are answered. Waits until the manager knows, for up to five seconds. */
    void ready() {
        send("--ready", "--status=ready");
    }

    /** Tells that the end has begun. Waits likewise. */
    void stopping() {
        send("STOPPING=1", "--status=stopping");
    }

    private void send(String state, String status) {
        if (!asked) {
            return;
        }
        try {
            Process process = new ProcessBuilder(PROGRAM, state, status)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                log.warn("{} {} did not end within {} s, so systemd may not know", PROGRAM, state, TIMEOUT_SECONDS);
            } else if (process.exitValue() != 0) {
                log.warn("{} {} ended with {}, so systemd does not know", PROGRAM, state, process.exitValue());
            }
        } catch (IOException e) {
            log.warn("{} cannot be run, so systemd does not know about {}: {}", PROGRAM, state, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
