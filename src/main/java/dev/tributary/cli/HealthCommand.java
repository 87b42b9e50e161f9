package dev.tributary.cli;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code tributary health}: requests the health of the running daemon, for container health checks.
 *
 * <p>A daemon that answers is alive, also if a table that it needs is missing: a restart would not create the table.
 */
@Command(
        name = "health",
        description =
                "Prints the health of the daemon on this machine. The exit code is 0 if the daemon answers, and 1 if not.",
        mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Option(names = "--strict", description = "Exit with code 1 also if a component is down.")
    private boolean strict;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws StartException, IOException {
        Settings settings = config.load();
        URI health = URI.create("http://%s:%d/health"
                .formatted(
                        reachable(settings.admin().host().name()),
                        settings.admin().port()));
        PrintWriter out = spec.commandLine().getOut();
        try {
            // Not java.net.http: its client sets up TLS, which takes longer than the rest of this command.
            HttpURLConnection connection = (HttpURLConnection) health.toURL().openConnection();
            connection.setConnectTimeout(Math.toIntExact(TIMEOUT.toMillis()));
            connection.setReadTimeout(Math.toIntExact(TIMEOUT.toMillis()));
            int status = connection.getResponseCode();
            try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                out.println(new String(body.readAllBytes(), StandardCharsets.UTF_8).strip());
            }
            return strict && status != 200 ? ExitCode.FAILED : ExitCode.OK;
        } catch (IOException e) {
            out.println("no answer from " + health + ": " + e);
            return ExitCode.FAILED;
        }
    }

    /** The loopback address if the daemon listens on all addresses. */
    private static String reachable(String host) throws IOException {
        String reached = InetAddress.getByName(host).isAnyLocalAddress() ? "127.0.0.1" : host;
        return reached.contains(":") ? "[" + reached + "]" : reached;
    }
}
