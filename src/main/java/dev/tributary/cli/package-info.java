/** One class per subcommand; the daemon is put together here. */
@NullMarked
package dev.tributary.cli;

import org.jspecify.annotations.NullMarked;
