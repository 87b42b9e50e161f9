/** The marks of writes that requests wait for, and how the end of such a write reaches its request. */
@NullMarked
package dev.tributary.acknowledgement;

import org.jspecify.annotations.NullMarked;
