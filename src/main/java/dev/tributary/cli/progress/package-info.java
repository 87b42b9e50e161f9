/** The progress of long commands: a bar for a terminal, JSON lines for programs. */
@NullMarked
package dev.tributary.cli.progress;

import org.jspecify.annotations.NullMarked;
