/** The command line: one class per subcommand. */
@NullMarked
package dev.tributary.cli;

import org.jspecify.annotations.NullMarked;
