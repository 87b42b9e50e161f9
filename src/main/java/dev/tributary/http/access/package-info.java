/** Authentication, authorization and rate limits of callers. */
@NullMarked
package dev.tributary.http.access;

import org.jspecify.annotations.NullMarked;
