/** Changes that a target can never take, kept in a table of their own until somebody decides. */
@NullMarked
package dev.tributary.deadletter;

import org.jspecify.annotations.NullMarked;
