package dev.tributary.cli;

import dev.tributary.config.Settings;
import dev.tributary.telemetry.Logging;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tributary run}: the daemon, until a signal stops it. */
@Command(name = "run", description = "Runs the daemon until SIGTERM or SIGINT.", mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    /** After that the banner comes without: other workers hold the shards. */
    private static final Duration READING = Duration.ofSeconds(15);

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException, StartException {
        Settings settings = config.load();
        Logging.configure(settings.log());
        StopSignal signal = StopSignal.install();
        AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();
        Daemon daemon = new Daemon(settings, failure -> {
            if (fatal.compareAndSet(null, failure)) {
                log.error("stopping, because something failed that should not", failure);
            }
            signal.ask();
        });
        try {
            daemon.start();
            PrintWriter out = spec.commandLine().getOut();
            out.println(daemon.banner(daemon.awaitReading(READING)));
            out.flush();
            signal.await();
        } finally {
            daemon.stop();
        }
        log.info("stopped");
        return fatal.get() == null ? ExitCode.OK : ExitCode.FAILED;
    }
}
