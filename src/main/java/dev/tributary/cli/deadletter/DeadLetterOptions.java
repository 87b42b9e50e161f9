package dev.tributary.cli.deadletter;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.StartException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that all commands about dead letters share. */
final class DeadLetterOptions {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Option(
            names = "--route",
            paramLabel = "SOURCE.ROUTE",
            description = "Limit the command to this route. Default: all routes of the configuration.")
    private @Nullable String route;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    private boolean json;

    boolean json() {
        return json;
    }

    /** Opens the dead letters of the selected routes. */
    DeadLetterRoutes open() throws StartException {
        return DeadLetterRoutes.open(config.load(), Optional.ofNullable(route));
    }
}
