package dev.tributary.cli.deadletter;

import dev.tributary.daemon.jobs.RouteParts;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.daemon.tables.SourceIdentity;
import dev.tributary.daemon.tables.TableChecks;
import dev.tributary.deadletter.JobLock.LockedException;
import dev.tributary.deadletter.ParkedItem;
import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.dynamo.Calls;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.WriteFailure;
import dev.tributary.model.Failures;
import dev.tributary.stream.SourceSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A route and its dead letters, with calls that wait for their results. */
record DeadLetterRoute(RouteParts parts) {

    private static final int PAGE = 100;

    /** Visits items, one after the other. */
    interface Visitor {
        /** Returns whether to visit the next item. */
        boolean visit(ParkedItem item) throws StartException;
    }

    String name() {
        return parts.name();
    }

    RouteDeadLetters deadLetters() {
        return parts.deadLetters();
    }

    /**
     * Passes the items that have dead letters to the visitor, until it returns false.
     *
     * @param after the digest of the last item to skip
     * @return whether the visitor always returned true
     */
    boolean visit(Optional<String> after, Visitor visitor) throws StartException {
        Optional<String> known = after;
        List<ParkedItem> page;
        do {
            page = await(deadLetters().items(known, PAGE));
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
     * The target, to which the daemon replicates.
     *
     * @throws StartException if the target does not fit the configuration
     */
    CheckedTables target() throws StartException {
        return TableChecks.target(parts.sourceName(), parts.routeName(), parts.route(), parts.clients());
    }

    /**
     * The identity of the source table, which is part of the owner of each row.
     *
     * @throws StartException if it is not configured, and the table cannot be described
     */
    String identity() throws StartException {
        SourceSettings source = parts.source();
        return source.identity().isPresent()
                ? source.identity().get()
                : await(new TableControl(parts.clients().control(source), source.table())
                        .describe()
                        .thenApply(table -> SourceIdentity.of(source, table.arn(), parts.clients())));
    }

    /**
     * Waits for a call.
     *
     * @throws StartException if it fails; the message names the tables
     */
    <T> T await(CompletableFuture<T> call) throws StartException {
        try {
            return Calls.join(call);
        } catch (RuntimeException e) {
            Throwable failure = Failures.unwrap(e);
            if (failure instanceof LockedException || failure instanceof IllegalArgumentException) {
                throw new StartException(ExitCode.FAILED, (RuntimeException) failure);
            }
            throw new StartException(
                    ExitCode.FAILED,
                    "%s: a call failed. The dead letters are in table %s (%s), the target is table %s (%s). %s"
                            .formatted(
                                    name(),
                                    parts.deadLetterTable().name(),
                                    parts.clients().place(parts.source()),
                                    parts.route().table(),
                                    parts.clients().place(parts.route()),
                                    WriteFailure.of(failure).message()));
        }
    }
}
