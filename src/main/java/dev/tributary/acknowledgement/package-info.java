/** Tells requests that wait for their writes when every target has them. */
@NullMarked
package dev.tributary.acknowledgement;

import org.jspecify.annotations.NullMarked;
