/** The composition root: puts every part of the daemon together, and checks the tables before it starts. */
@NullMarked
package dev.tributary.daemon;

import org.jspecify.annotations.NullMarked;
