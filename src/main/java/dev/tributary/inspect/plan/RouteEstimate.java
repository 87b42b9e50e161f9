package dev.tributary.inspect.plan;

import java.util.List;
import java.util.Map;

/**
 * The estimate of the rows of a route, from a sample of its source.
 *
 * @param route {@code <source>.<route>}
 * @param target name of the table
 * @param rows items that have a row
 * @param withoutRow items that have none, because they lack its key
 * @param parked items whose changes are parked, by reason
 * @param tooLarge items whose row would be larger than an item may be; their changes are parked
 * @param tooLargeExamples keys of some of these
 * @param rowBytes mean size of a row, version stamp included
 * @param rowUnits mean write units of a row
 */
public record RouteEstimate(
        String route,
        String target,
        Share rows,
        Share withoutRow,
        Map<String, Share> parked,
        Share tooLarge,
        List<String> tooLargeExamples,
        double rowBytes,
        double rowUnits,
        Collisions collisions) {}
