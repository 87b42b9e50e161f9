/** Composes the two HTTP servers: the write endpoint and the admin endpoint. */
@NullMarked
package dev.tributary.http;

import org.jspecify.annotations.NullMarked;
