package dev.tributary.cli.option;

import dev.tributary.config.Configuration;
import dev.tributary.config.InvalidConfigurationException;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for the configuration file. */
public final class ConfigOption {

    private static final Path DEFAULT = Path.of("config", "tributary.properties");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "The configuration file. Environment variables TRIBUTARY_… override its keys. Default: the text"
                            + " in the variable TRIBUTARY_CONFIGURATION, or config/tributary.properties without it.")
    private @Nullable Path file;

    /**
     * Reads the configuration.
     *
     * @throws StartException with every error that was found
     */
    public Settings load() throws StartException {
        Map<String, String> environment = System.getenv();
        try {
            @Nullable String text = environment.get(Configuration.TEXT_VARIABLE);
            return file == null && text != null
                    ? Settings.loadText(text, environment)
                    : Settings.load(file == null ? DEFAULT : file, environment);
        } catch (InvalidConfigurationException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        }
    }
}
