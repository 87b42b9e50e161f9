/** All settings of the daemon, the checks across features, and how a start that cannot go on ends. */
@NullMarked
package dev.tributary.daemon.settings;

import org.jspecify.annotations.NullMarked;
