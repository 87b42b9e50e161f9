package dev.tributary.stream.lease;

import dev.tributary.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The live workers that read a source without one of its routes as it is configured here, by the workers' reports in a lease
 * table. A backfill that runs meanwhile would not be complete.
 *
 * @param without workers whose configuration does not have the route, or has it with another target: their changes are
 *     missing in this one
 * @param otherShape workers that write rows of another shape
 * @param unknown workers that have not reported their routes yet
 */
public record RouteReaders(Set<String> without, Set<String> otherShape, Set<String> unknown) {

    /** Ours, in KCL's row of the worker: the names of its sources, and an entry for each route. */
    static final String ROUTES = "tributaryRoutes";

    /** In bytes. */
    private static final int FINGERPRINT = 4;

    /** The routes of a process share what one of them has read. */
    private static final Duration AT_MOST = Duration.ofSeconds(1);

    /**
     * A route as workers report it.
     *
     * @param route {@code <source>.<route>}
     * @param shape of its rows
     * @param target ARN of its table
     */
    public static String entry(String route, String shape, String target) {
        return route + " " + fingerprint(target) + " " + fingerprint(shape);
    }

    private static String fingerprint(String text) {
        return HexFormat.of().formatHex(Sha256.of(text.getBytes(StandardCharsets.UTF_8)), 0, FINGERPRINT);
    }

    /**
     * Reads the reports of the workers. Waits for DynamoDB, and throws what the SDK throws.
     *
     * @param entry the route, as workers report it
     * @param except a worker that is left out; empty text for none
     */
    public static RouteReaders read(
            SharedLeaseTable table, String source, String entry, String except, Instant now, LeaseTimings timings) {
        RouteReaders found = new RouteReaders(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
        for (Map<String, AttributeValue> row : table.rows(AT_MOST)) {
            if (LeaseSnapshot.isReport(row)) {
                WorkerReport report = LeaseSnapshot.report(row);
                if (!report.worker().equals(except) && report.alive(now, timings)) {
                    found.add(report.worker(), row.get(ROUTES), source, entry);
                }
            }
        }
        return found;
    }

    private void add(String worker, @Nullable AttributeValue routes, String source, String entry) {
        if (routes == null) {
            unknown.add(worker);
        } else if (routes.ss().contains(source) && !routes.ss().contains(entry)) {
            String withTarget = entry.substring(0, entry.lastIndexOf(' ') + 1);
            boolean writes = routes.ss().stream().anyMatch(route -> route.startsWith(withTarget));
            (writes ? otherShape : without).add(worker);
        }
    }

    /** Whether nothing stands against the route but workers that have not reported yet. */
    public boolean isOnlyUnknown() {
        return without.isEmpty() && otherShape.isEmpty() && !unknown.isEmpty();
    }

    /** What is not complete, for people. */
    public String text() {
        return Stream.of(
                        text(without, "reads the source without this route, or with another target of it"),
                        text(otherShape, "writes rows of another shape (key templates, include or exclude differ)"),
                        text(unknown, "has not reported its routes"))
                .flatMap(Optional::stream)
                .collect(Collectors.joining("; "));
    }

    private static Optional<String> text(Set<String> workers, String what) {
        return workers.isEmpty() ? Optional.empty() : Optional.of("worker " + String.join(", ", workers) + " " + what);
    }

    /** Whether every live worker that reads the source has the route as it is configured here. */
    public boolean complete() {
        return without.isEmpty() && otherShape.isEmpty() && unknown.isEmpty();
    }
}
