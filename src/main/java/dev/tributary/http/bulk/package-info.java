/** Requests with many documents. */
@NullMarked
package dev.tributary.http.bulk;

import org.jspecify.annotations.NullMarked;
