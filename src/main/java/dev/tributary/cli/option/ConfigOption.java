package dev.tributary.cli.option;

import dev.tributary.config.InvalidConfigurationException;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option for the configuration file. */
public final class ConfigOption {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "The configuration file. Environment variables TRIBUTARY_… override its keys. Default: ${DEFAULT-VALUE}.",
            defaultValue = "config/tributary.properties")
    private Path file = Path.of("config/tributary.properties");

    /**
     * Reads the configuration.
     *
     * @throws StartException with every error that was found
     */
    public Settings load() throws StartException {
        try {
            return Settings.load(file, System.getenv());
        } catch (InvalidConfigurationException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        }
    }
}
