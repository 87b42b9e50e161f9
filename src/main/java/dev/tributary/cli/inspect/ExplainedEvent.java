package dev.tributary.cli.inspect;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.inspect.explain.ChangeExplanation;
import dev.tributary.inspect.explain.EventFile;
import dev.tributary.inspect.explain.EventFile.EventRecord;
import dev.tributary.inspect.explain.ExplanationJson;
import dev.tributary.inspect.explain.ExplanationText;
import dev.tributary.model.Change;
import dev.tributary.model.KeySchema;
import dev.tributary.projection.Projection;
import dev.tributary.stream.lease.SourceStream;
import dev.tributary.stream.read.ChangeDecoder;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Explains the records of an event with the daemon's decoder and projections.
 *
 * @param targetKeys keys of targets by route, as text
 * @param describe whether DynamoDB is asked for the keys that are not configured
 */
record ExplainedEvent(
        Settings settings,
        Clients clients,
        List<InspectedSource> sources,
        Map<String, String> targetKeys,
        boolean describe) {

    /**
     * Prints what each route makes of each record.
     *
     * @throws StartException if the text is no event, or the key of a target is unknown
     */
    void print(String event, boolean json, ExplanationText text, PrintWriter out) throws StartException {
        List<EventRecord> records;
        try {
            records = EventFile.parse(event);
        } catch (IllegalArgumentException e) {
            throw new StartException(ExitCode.CONFIGURATION, "--event: " + e.getMessage());
        }
        refuseUnknownRoutes();
        Map<String, Projection> projections = new LinkedHashMap<>();
        List<InspectedSource> found = new ArrayList<>();
        for (EventRecord record : records) {
            InspectedSource source = source(record, found.size() + 1);
            found.add(source);
            for (InspectedRoute route : source.routes()) {
                if (!projections.containsKey(route.name())) {
                    projections.put(route.name(), projection(source, route));
                }
            }
        }
        for (int i = 0; i < records.size(); i++) {
            print(i + 1, records.get(i), found.get(i), projections, json ? Optional.empty() : Optional.of(text), out);
        }
    }

    private static void print(
            int number,
            EventRecord record,
            InspectedSource source,
            Map<String, Projection> projections,
            Optional<ExplanationText> text,
            PrintWriter out) {
        Change change = decode(source, record);
        text.ifPresent(people -> out.println(
                "record %d: %s of source %s".formatted(number, record.record().eventNameAsString(), source.name())));
        for (InspectedRoute route : source.routes()) {
            ChangeExplanation explained = ChangeExplanation.of(
                    route.name(), route.settings(), Objects.requireNonNull(projections.get(route.name())), change);
            text.ifPresentOrElse(
                    people -> people.lines(explained).forEach(out::println),
                    () -> out.println(new ExplanationJson(Instant.EPOCH, false)
                            .of(explained)
                            .put("record", number)));
        }
    }

    private static Change decode(InspectedSource source, EventRecord record) {
        String identity = source.settings().identity().orElse(source.settings().table());
        return new ChangeDecoder(new SourceStream(source.name(), identity, "", "event"), () -> Instant.EPOCH)
                .decode(record.record());
    }

    /** The source whose table the record names, or the only one. */
    private InspectedSource source(EventRecord record, int number) throws StartException {
        List<InspectedSource> named = sources.stream()
                .filter(source -> source.settings().table().equals(record.table()))
                .toList();
        if (named.size() == 1) {
            return named.get(0);
        }
        if (sources.size() == 1) {
            return sources.get(0);
        }
        throw new StartException(
                ExitCode.CONFIGURATION,
                "record %d is of table '%s' by its eventSourceARN, which is not that of one source; name the source with --source: %s"
                        .formatted(
                                number,
                                record.table(),
                                String.join(
                                        ", ",
                                        sources.stream()
                                                .map(InspectedSource::name)
                                                .toList())));
    }

    private void refuseUnknownRoutes() throws StartException {
        List<String> names = sources.stream()
                .flatMap(source -> source.routes().stream())
                .map(InspectedRoute::name)
                .toList();
        for (String route : targetKeys.keySet()) {
            if (!names.contains(route)) {
                throw new StartException(
                        ExitCode.CONFIGURATION,
                        "--target-key %s: there is no such route; there are %s"
                                .formatted(route, String.join(", ", names)));
            }
        }
    }

    private Projection projection(InspectedSource source, InspectedRoute route) throws StartException {
        String name = route.name().substring(source.name().length() + 1);
        Optional<KeySchema> key = key(route);
        if (key.isPresent()) {
            return TableChecks.projection(source.name(), name, route.settings(), key.get());
        }
        if (describe) {
            return TableChecks.target(source.name(), name, route.settings(), clients)
                    .projection(source.name(), name, route.settings());
        }
        throw new StartException(
                ExitCode.CONFIGURATION,
                "the key of target table %s of route %s is not in the configuration: give --target-key '%s=<name>:<type>', or --describe to ask DynamoDB"
                        .formatted(route.settings().table(), route.name(), route.name()));
    }

    private Optional<KeySchema> key(InspectedRoute route) throws StartException {
        String given = targetKeys.get(route.name());
        if (given == null) {
            return Optional.ofNullable(settings.table().get(route.settings().table()))
                    .map(DeclaredTable::key);
        }
        try {
            return Optional.of(KeySchema.parse(given));
        } catch (IllegalArgumentException e) {
            throw new StartException(
                    ExitCode.CONFIGURATION,
                    "--target-key %s=%s: expected a key such as 'state:S, city:S'".formatted(route.name(), given));
        }
    }
}
