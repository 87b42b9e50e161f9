/** The commands for dead letters: list, show, redrive and discard. */
@NullMarked
package dev.tributary.cli.deadletter;

import org.jspecify.annotations.NullMarked;
