/** The status page: its files, the events that keep it up to date, and the actions of operators. */
@NullMarked
package dev.tributary.http.status;

import org.jspecify.annotations.NullMarked;
