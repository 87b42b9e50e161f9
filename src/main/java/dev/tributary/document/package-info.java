/** Reads items from JSON documents. */
@NullMarked
package dev.tributary.document;

import org.jspecify.annotations.NullMarked;
