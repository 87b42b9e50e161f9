/** The commands that read the tables and write nothing: one class per subcommand. */
@NullMarked
package dev.tributary.cli.inspect;

import org.jspecify.annotations.NullMarked;
