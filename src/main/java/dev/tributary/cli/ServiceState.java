package dev.tributary.cli;

import dev.tributary.telemetry.LogThrottle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies the service manager that the daemon is ready or stops, see {@code sd_notify(3)}; does nothing without one. Uses
 * systemd's own program, because Java has no Unix datagram sockets. Safe for any thread.
 */
final class ServiceState {

    private static final Logger log = LoggerFactory.getLogger(ServiceState.class);

    private static final String PROGRAM = "systemd-notify";
    private static final long TIMEOUT_SECONDS = 5;
    private static final Pattern MICROSECONDS = Pattern.compile("[1-9]\\d{0,17}");

    /** Notifications within the watchdog timeout, so that a late one does no harm. */
    private static final int NOTIFICATIONS = 3;

    private final boolean asked;

    /** The watchdog timeout in microseconds; empty if the manager does not watch this process. */
    private final OptionalLong watchdog;

    private ServiceState(boolean asked, OptionalLong watchdog) {
        this.asked = asked;
        this.watchdog = watchdog;
    }

    /**
     * The manager named in the variables of this process.
     *
     * @param pid of this process
     */
    static ServiceState of(Map<String, String> environment, long pid) {
        boolean watches =
                environment.getOrDefault("WATCHDOG_PID", Long.toString(pid)).equals(Long.toString(pid));
        String time = environment.getOrDefault("WATCHDOG_USEC", "");
        return new ServiceState(
                environment.containsKey("NOTIFY_SOCKET"),
                watches && MICROSECONDS.matcher(time).matches()
                        ? OptionalLong.of(Long.parseLong(time))
                        : OptionalLong.empty());
    }

    /**
     * Notifies the watchdog of the manager while nothing is stuck. Without that, the manager restarts the daemon.
     *
     * @param stuck returns, for people, what makes no progress
     */
    void watch(Supplier<List<String>> stuck) {
        if (!asked || watchdog.isEmpty()) {
            return;
        }
        Thread watching = new Thread(() -> keepAlive(stuck, watchdog.getAsLong() / NOTIFICATIONS), "watchdog");
        watching.setDaemon(true);
        watching.start();
    }

    private void keepAlive(Supplier<List<String>> stuck, long pause) {
        LogThrottle<List<String>> throttle = new LogThrottle<>();
        try {
            while (true) {
                List<String> now = stuck.get();
                if (now.isEmpty()) {
                    throttle.ends();
                    send("WATCHDOG=1");
                } else if (throttle.begins(now)) {
                    log.error("systemd will restart this process, because it is stuck: {}", String.join("; ", now));
                }
                TimeUnit.MICROSECONDS.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reports that requests are answered. Waits for the manager for up to five seconds. */
    void ready() {
        send("--ready", "--status=ready");
    }

    /** Reports that the stop has begun. Waits for the manager likewise. */
    void stopping() {
        send("STOPPING=1", "--status=stopping");
    }

    private void send(String... state) {
        if (!asked) {
            return;
        }
        try {
            List<String> command = new ArrayList<>(List.of(state));
            command.add(0, PROGRAM);
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                log.warn("{} {} did not end within {} s, so systemd may not know", PROGRAM, state[0], TIMEOUT_SECONDS);
            } else if (process.exitValue() != 0) {
                log.warn("{} {} ended with {}, so systemd does not know", PROGRAM, state[0], process.exitValue());
            }
        } catch (IOException e) {
            log.warn("{} cannot be run, so systemd does not know about {}: {}", PROGRAM, state[0], e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
