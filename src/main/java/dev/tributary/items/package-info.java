/** The items of a resource: the changes that requests make, and the writes that carry them out. */
@NullMarked
package dev.tributary.items;

import org.jspecify.annotations.NullMarked;
