/** The values that all packages share: changes, versions, target writes. Immutable. */
@NullMarked
package dev.tributary.model;

import org.jspecify.annotations.NullMarked;
