/** The records of requests with idempotency keys, so that each request takes effect once. */
@NullMarked
package dev.tributary.idempotency;

import org.jspecify.annotations.NullMarked;
