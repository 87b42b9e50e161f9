/** The composition root: composes the parts of the daemon, and checks the tables before it starts them. */
@NullMarked
package dev.tributary.daemon;

import org.jspecify.annotations.NullMarked;
