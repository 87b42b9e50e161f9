/** The commands that pause and resume routes. */
@NullMarked
package dev.tributary.cli.pause;

import org.jspecify.annotations.NullMarked;
