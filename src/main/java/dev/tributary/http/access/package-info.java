/** Who may send which request, and how often. */
@NullMarked
package dev.tributary.http.access;

import org.jspecify.annotations.NullMarked;
