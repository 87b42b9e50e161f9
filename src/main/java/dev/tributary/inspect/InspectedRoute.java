package dev.tributary.inspect;

import dev.tributary.deadletter.RouteDeadLetters;
import dev.tributary.jobs.RoutePauses;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.replication.RouteSettings;
import java.time.Duration;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * A route and the access to its tables.
 *
 * @param name {@code <source>.<route>}
 * @param place of the target, for messages
 * @param client of the target
 * @param jobs the state of the route's jobs
 * @param lateness how long removals of a worker may be repeated
 */
public record InspectedRoute(
        String name,
        RouteSettings settings,
        String place,
        DynamoDbAsyncClient client,
        RouteDeadLetters deadLetters,
        RoutePauses pauses,
        JobTable jobs,
        Duration lateness) {}
