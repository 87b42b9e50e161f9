package dev.tributary.inspect.plan;

/**
 * A part of the costs.
 *
 * @param part what costs it
 * @param arithmetic how it was computed
 * @param dollars the result
 * @param idle whether it is also due while the source rests
 */
public record CostPart(String part, String arithmetic, double dollars, boolean idle) {}
