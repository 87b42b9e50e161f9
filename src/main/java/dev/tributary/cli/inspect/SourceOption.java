package dev.tributary.cli.inspect;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.inspect.InspectedSource;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that selects a source. */
final class SourceOption {

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Limit the command to this source. Default: all sources of the configuration.")
    private @Nullable String name;

    /**
     * The selected sources.
     *
     * @throws StartException if the configuration has no such source, or none at all
     */
    List<InspectedSource> select(List<InspectedSource> sources) throws StartException {
        List<InspectedSource> selected = sources.stream()
                .filter(source -> name == null || source.name().equals(name))
                .toList();
        if (selected.isEmpty()) {
            throw new StartException(
                    ExitCode.CONFIGURATION,
                    sources.isEmpty()
                            ? "the configuration has no source"
                            : "--source %s: the configuration has no such source; it has %s"
                                    .formatted(
                                            name,
                                            sources.stream()
                                                    .map(InspectedSource::name)
                                                    .collect(Collectors.joining(", "))));
        }
        return selected;
    }
}
