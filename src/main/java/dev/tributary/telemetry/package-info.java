/** Meters, health and logging. */
@NullMarked
package dev.tributary.telemetry;

import org.jspecify.annotations.NullMarked;
