package dev.tributary.cli.inspect;

import dev.tributary.cli.option.ConfigOption;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.InspectedSources;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.inspect.explain.ExplanationJson;
import dev.tributary.inspect.explain.ExplanationText;
import dev.tributary.inspect.explain.ItemExplainer;
import dev.tributary.inspect.explain.ItemExplanation;
import dev.tributary.model.Failures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/**
 * {@code tributary explain}: prints the writes of each route for one item, or for the records of an event, and the reasons.
 */
@Command(
        name = "explain",
        description =
                "Prints what each route makes of one item and why, the row that is there, who wrote it, and the dead"
                        + " letters of the item. With --event, prints what each route makes of stream records, without any table.",
        mixinStandardHelpOptions = true)
public final class ExplainCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Mixin
    private SourceOption source = new SourceOption();

    @Option(
            names = "--key",
            paramLabel = "NAME=VALUE",
            description = "The key of the item in the source table; repeat the option for each key attribute."
                    + " Binary values as Base64.")
    private Map<String, String> key = new LinkedHashMap<>();

    @Option(
            names = "--event",
            paramLabel = "FILE",
            description =
                    "Explain the records of this event, in the form of an event of AWS Lambda; - reads standard input.")
    private @Nullable Path event;

    @Option(
            names = "--target-key",
            paramLabel = "ROUTE=KEY",
            description =
                    "With --event: the key of a route's target, such as 'users.by-city=state:S, city:S'. Default: that of"
                            + " table.<table>.key.")
    private Map<String, String> targetKeys = new LinkedHashMap<>();

    @Option(names = "--describe", description = "With --event: ask DynamoDB for the keys of targets.")
    private boolean describe;

    @Option(
            names = "--values",
            description = "Print the values of all attributes too. Default: keys, and names and types of the others.")
    private boolean values;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Clock clock = Clock.systemUTC();

    @Override
    public Integer call() throws StartException {
        if (key.isEmpty() == (event == null)) {
            throw new ParameterException(spec.commandLine(), "expected either --key or --event");
        }
        if (event == null && (describe || !targetKeys.isEmpty())) {
            throw new ParameterException(spec.commandLine(), "--target-key and --describe need --event");
        }
        Settings settings = config.load();
        PrintWriter out = spec.commandLine().getOut();
        try (Clients clients = Clients.ofCommand(settings)) {
            List<InspectedSource> sources = source.select(InspectedSources.of(settings, clients));
            if (event == null) {
                return explainItem(single(sources), out);
            }
            new ExplainedEvent(settings, clients, sources, targetKeys, describe)
                    .print(content(event), json, new ExplanationText(clock.instant(), values), out);
        }
        out.flush();
        return ExitCode.OK;
    }

    private int explainItem(InspectedSource one, PrintWriter out) throws StartException {
        Instant now = clock.instant();
        ItemExplanation explained = explain(one, now);
        if (json) {
            out.println(new ExplanationJson(now, values).of(explained));
        } else {
            new ExplanationText(now, values).lines(explained).forEach(out::println);
        }
        out.flush();
        boolean wrong = explained.routes().stream()
                .anyMatch(route -> route.finding().verdict().wrong()
                        || !route.deadLetters().value().map(List::isEmpty).orElse(false));
        return wrong ? ExitCode.FAILED : ExitCode.OK;
    }

    private ItemExplanation explain(InspectedSource one, Instant now) throws StartException {
        try {
            return new ItemExplainer(one, now).explain(key).join();
        } catch (CompletionException e) {
            Throwable failure = Failures.unwrap(e);
            if (failure instanceof IllegalArgumentException wrongKey) {
                throw new ParameterException(spec.commandLine(), String.valueOf(wrongKey.getMessage()), wrongKey);
            }
            String table = "table " + one.settings().table() + " (" + one.place() + ")";
            if (failure instanceof ResourceNotFoundException) {
                throw new StartException(ExitCode.TABLES, table + " does not exist");
            }
            WriteFailure read = WriteFailure.of(failure);
            throw new StartException(
                    read.kind() == WriteFailure.Kind.CAPACITY ? ExitCode.FAILED : ExitCode.TABLES,
                    table + " cannot be read: " + read.message());
        }
    }

    private InspectedSource single(List<InspectedSource> sources) {
        if (sources.size() > 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the configuration has several sources; name one with --source: "
                            + String.join(
                                    ", ",
                                    sources.stream().map(InspectedSource::name).toList()));
        }
        return sources.get(0);
    }

    private String content(Path file) throws StartException {
        try {
            return file.toString().equals("-")
                    ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(file);
        } catch (MalformedInputException e) {
            throw new StartException(ExitCode.CONFIGURATION, "--event " + file + ": it is not UTF-8");
        } catch (IOException e) {
            throw new StartException(ExitCode.CONFIGURATION, "--event " + file + " cannot be read: " + e);
        }
    }
}
