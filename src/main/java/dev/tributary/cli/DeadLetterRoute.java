package dev.tributary.cli;

import dev.tributary.daemon.Clients;
import dev.tributary.daemon.ExitCode;
import dev.tributary.daemon.SourceIdentity;
import dev.tributary.daemon.StartException;
import dev.tributary.daemon.TableChecks;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.model.Failures;
import dev.tributary.projection.Projection;
import dev.tributary.replication.RouteSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.table.Policies;
import dev.tributary.table.TargetTable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A route and its dead letters, for a person who waits for the answers.
 *
 * @param table of its dead letters
 * @param lateWrites of its source
 * @param lateWriteHorizon how long a write may still take effect after it was sent
 */
record DeadLetterRoute(
        String sourceName,
        String routeName,
        SourceSettings source,
        RouteSettings settings,
        DeadLetterTable table,
        LateWriteTable lateWrites,
        Duration lateWriteHorizon,
        Clients clients) {

    private static final int PAGE = 100;

    /** Takes items, one after the other. */
    interface Visitor {
        /** Ends with whether it wants the next. */
        boolean visit(ParkedItem item) throws StartException;
    }

    String name() {
        return sourceName + "." + routeName;
    }

    RouteDeadLetters letters() {
        return table.letters(name());
    }

    /**
     * Gives the items that have parked changes to the visitor for as long as it says true.
     *
     * @param after the last item, by its name in the table, that is known already
     * @return whether it always said true
     */
    boolean whileTrue(Optional<String> after, Visitor visitor) throws StartException {
        Optional<String> known = after;
        List<ParkedItem> page;
        do {
            page = answer(letters().items(known, PAGE));
            for (ParkedItem item : page) {
                if (!visitor.visit(item)) {
                    return false;
                }
                known = Optional.of(item.item());
            }
        } while (page.size() == PAGE);
        return true;
    }

    /**
     * The projection with which the daemon replicates.
     *
     * @throws StartException if the target is not as the configuration needs it
     */
    Projection projection() throws StartException {
        return TableChecks.projection(sourceName, routeName, settings, clients);
    }

    /**
     * The identity of the source table in the names of its items.
     *
     * @throws StartException if it is not configured, and the table does not answer
     */
    String identity() throws StartException {
        return source.identity().isPresent()
                ? source.identity().get()
                : answer(new TableControl(clients.control(source), source.table())
                        .describe()
                        .thenApply(table -> SourceIdentity.of(source, table.arn(), clients)));
    }

    /** The target, behind a client that tries again by itself. */
    TargetTable target() {
        return new TargetTable(
                clients.control(settings),
                settings.table(),
                Policies.of(settings.projection().deletes(), settings.target()));
    }

    /** Waits for the answer of a table. */
    <T> T answer(CompletableFuture<T> asked) throws StartException {
        try {
            return Calls.join(asked);
        } catch (RuntimeException e) {
            Throwable failure = Failures.unwrap(e);
            if (failure instanceof LockedException || failure instanceof IllegalArgumentException) {
                throw new StartException(ExitCode.FAILED, (RuntimeException) failure);
            }
            throw new StartException(
                    ExitCode.FAILED,
                    "%s: a table failed. Dead letters are in %s (%s), the target is %s (%s). %s"
                            .formatted(
                                    name(),
                                    table.name(),
                                    clients.place(source),
                                    settings.table(),
                                    clients.place(settings),
                                    WriteFailure.of(failure).message()));
        }
    }
}
