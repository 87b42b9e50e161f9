/** All settings of the daemon, the checks across features, and the exception and exit codes of a failed start. */
@NullMarked
package dev.tributary.daemon.settings;

import org.jspecify.annotations.NullMarked;
