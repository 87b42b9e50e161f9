/** What the status page shows and does: meters over time, the state in the tables, and the actions of operators. */
@NullMarked
package dev.tributary.daemon.status;

import org.jspecify.annotations.NullMarked;
