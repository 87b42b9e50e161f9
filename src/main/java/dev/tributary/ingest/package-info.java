/** From a JSON document to an item in a source table. */
@NullMarked
package dev.tributary.ingest;

import org.jspecify.annotations.NullMarked;
