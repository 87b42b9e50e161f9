/** Bulk requests: {@code POST} of many documents. */
@NullMarked
package dev.tributary.http.bulk;

import org.jspecify.annotations.NullMarked;
