/** The items of a resource: what a request changes of an item, and how that reaches the table. */
@NullMarked
package dev.tributary.items;

import org.jspecify.annotations.NullMarked;
