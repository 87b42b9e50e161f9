/** Reads of a resource: single items, queries page by page, and many items by key. */
@NullMarked
package dev.tributary.items.query;

import org.jspecify.annotations.NullMarked;
