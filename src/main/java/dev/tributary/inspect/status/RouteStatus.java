package dev.tributary.inspect.status;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.inspect.Answer;

/**
 * The state of a route.
 *
 * @param name {@code <source>.<route>}
 * @param target name of the table
 * @param description of the target
 * @param parked its dead letters
 */
public record RouteStatus(String name, String target, Answer<DescribedTable> description, Answer<ParkedCount> parked) {}
