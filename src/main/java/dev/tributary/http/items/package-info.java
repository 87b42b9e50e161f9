/** Requests for one item. */
@NullMarked
package dev.tributary.http.items;

import org.jspecify.annotations.NullMarked;
