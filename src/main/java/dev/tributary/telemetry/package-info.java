/** Meters, lag and health. */
@NullMarked
package dev.tributary.telemetry;

import org.jspecify.annotations.NullMarked;
