/** The words everything else is written in: changes, versions, target writes. Immutable. */
@NullMarked
package dev.tributary.model;

import org.jspecify.annotations.NullMarked;
