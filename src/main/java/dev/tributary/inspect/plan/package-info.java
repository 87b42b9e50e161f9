/** Estimates of sizes, writes, collisions and costs of a route, from a sample of its source. */
@NullMarked
package dev.tributary.inspect.plan;

import org.jspecify.annotations.NullMarked;
