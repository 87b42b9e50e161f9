/** The pure function from a change of a source item to what one route writes. */
@NullMarked
package dev.tributary.projection;

import org.jspecify.annotations.NullMarked;
