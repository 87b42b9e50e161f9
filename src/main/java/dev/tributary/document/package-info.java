/** JSON documents and the items that they stand for. */
@NullMarked
package dev.tributary.document;

import org.jspecify.annotations.NullMarked;
