package dev.tributary.cli;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.Daemon;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.model.Failures;
import dev.tributary.telemetry.Logging;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tributary run}: runs the daemon until a signal stops it. */
@Command(name = "run", description = "Runs the daemon until SIGTERM or SIGINT.", mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    /** Longest wait for shards before the banner is printed: other workers may hold them. */
    private static final Duration READING_TIMEOUT = Duration.ofSeconds(15);

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final StopSignal signal;

    RunCommand(StopSignal signal) {
        this.signal = signal;
    }

    @Override
    public Integer call() throws InterruptedException, StartException {
        Settings settings = config.load();
        Logging.configure(settings.log());
        signal.begin();
        ServiceState service =
                ServiceState.of(System.getenv(), ProcessHandle.current().pid());
        AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
        Daemon daemon = new Daemon(settings, failure -> {
            if (fatal.compareAndSet(null, failure)) {
                log.error("stopping after an unexpected error", failure);
            }
            signal.requestStop();
        });
        try {
            CompletableFuture<String> start = begin(daemon);
            awaitStartOrStop(start, signal.stopRequested());
            signal.unlessStopping(() -> announce(start.join()));
            service.ready();
            service.watch(daemon::stuck);
            signal.stopRequested().join();
            inBackground("stopping", service::stopping);
        } catch (CompletionException e) {
            throw rethrown(Failures.unwrap(e));
        } finally {
            stop(daemon, settings.shutdownTimeout());
        }
        log.info("stopped");
        return fatal.get() == null ? ExitCode.OK : ExitCode.FAILED;
    }

    /**
     * Starts the daemon in a separate thread. A stop does not wait for that thread, because a start may wait forever.
     *
     * @return completes with the banner once everything has started
     */
    private static CompletableFuture<String> begin(Daemon daemon) {
        CompletableFuture<String> started = new CompletableFuture<>();
        inBackground("start", () -> {
            try {
                daemon.start();
                started.complete(daemon.banner(daemon.awaitReading(READING_TIMEOUT)));
            } catch (Throwable e) { // an Error too, which would end this thread only
                started.completeExceptionally(e);
            }
        });
        return started;
    }

    /** Waits for the end of the start or for a stop request. Throws the failure of the start, unless a stop was requested. */
    private static void awaitStartOrStop(CompletableFuture<String> start, CompletableFuture<Void> stopRequested) {
        CompletableFuture.anyOf(start.exceptionally(failure -> ""), stopRequested)
                .join();
        if (!stopRequested.isDone()) {
            start.join();
        }
    }

    private void announce(String banner) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(banner);
        out.flush();
    }

    /** Stops in order as far as the time allows. Changes that are open then are read again at the next start. */
    private static void stop(Daemon daemon, Duration atMost) throws InterruptedException {
        Thread stopping = inBackground("stop", () -> {
            try {
                daemon.stop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        // A tenth of the time is left for the JVM to exit.
        stopping.join(atMost.multipliedBy(9).dividedBy(10).toMillis());
        if (stopping.isAlive()) {
            log.warn("the daemon has not stopped within shutdown-timeout ({}); exiting anyway", atMost);
        }
    }

    private static Thread inBackground(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static RuntimeException rethrown(Throwable failure) throws StartException {
        if (failure instanceof StartException refusal) {
            throw refusal;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }
}
