package dev.tributary.cli;

import dev.tributary.cli.option.NumberRange;
import dev.tributary.daemon.jobs.RouteJobs;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.Clients;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.jobs.reconcile.JobLimits;
import dev.tributary.replication.Route;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options of commands that read whole tables: which routes, and how much of the tables' capacity. */
final class RouteOptions {

    /** The recorded position has a key, of up to 3 KB, for each; an item may have 400 KB. */
    private static final NumberRange SEGMENTS = new NumberRange(1, 64);

    /** Of the command with these options. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Parameters(
            paramLabel = "SOURCE[.ROUTE]",
            arity = "0..*",
            description = "Routes, or sources with all their routes. Default: all routes of the configuration.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--segments",
            paramLabel = "N",
            defaultValue = "4",
            description = "Parts of a table that are read at the same time, 1 to 64. Default: ${DEFAULT-VALUE}.")
    private int segments;

    @Option(
            names = "--read-units",
            paramLabel = "N",
            description = "Most read units a second, of source and target together. Default: no limit.")
    private double readUnits = Double.POSITIVE_INFINITY;

    @Option(
            names = "--write-units",
            paramLabel = "N",
            description = "Most write units of the target a second. Default: no limit.")
    private double writeUnits = Double.POSITIVE_INFINITY;

    /**
     * Checks the options, selects routes, and checks the tables of the configuration.
     *
     * @param timer runs the jobs of the routes
     * @throws StartException if there is no such route, or the tables do not fit
     * @throws ParameterException if an option does not take its number
     */
    List<RouteJobs> select(Settings settings, Clients clients, ScheduledExecutorService timer) throws StartException {
        check();
        Set<String> selected = selected(settings);
        CheckedTables tables = TableChecks.run(settings, clients);
        List<RouteJobs> routes = new ArrayList<>();
        settings.source().forEach((source, table) -> table.route().keySet().stream()
                .filter(route -> selected.contains(Route.name(source, route)))
                .forEach(route ->
                        routes.add(new RouteJobs(source, route, settings, tables, clients, timer, Clock.systemUTC()))));
        return routes;
    }

    private void check() {
        SEGMENTS.check(command, "--segments", segments);
        NumberRange.POSITIVE.check(command, "--read-units", readUnits);
        NumberRange.POSITIVE.check(command, "--write-units", writeUnits);
    }

    private static StartException refused(String message) {
        return new StartException(ExitCode.CONFIGURATION, message);
    }

    private Set<String> selected(Settings settings) throws StartException {
        Set<String> all = new LinkedHashSet<>();
        settings.source()
                .forEach(
                        (source, table) -> table.route().keySet().forEach(route -> all.add(Route.name(source, route))));
        if (all.isEmpty()) {
            throw refused("the configuration has no route");
        }
        Set<String> selected = new LinkedHashSet<>();
        for (String name : names) {
            List<String> found = all.stream()
                    .filter(route -> route.equals(name) || route.startsWith(name + "."))
                    .toList();
            if (found.isEmpty()) {
                throw refused(
                        name + ": the configuration has no such route or source; it has " + String.join(", ", all));
            }
            selected.addAll(found);
        }
        return names.isEmpty() ? all : selected;
    }

    int segments() {
        return segments;
    }

    /** After {@link #select}, which checks the options. */
    JobLimits limits(ScheduledExecutorService timer) {
        return JobLimits.of(readUnits, writeUnits, timer);
    }
}
