/** The description of the write endpoint. */
@NullMarked
package dev.tributary.http.openapi;

import org.jspecify.annotations.NullMarked;
