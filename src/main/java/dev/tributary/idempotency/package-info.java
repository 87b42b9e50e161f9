/** What is known of requests that carry a key, so that each takes effect once. */
@NullMarked
package dev.tributary.idempotency;

import org.jspecify.annotations.NullMarked;
