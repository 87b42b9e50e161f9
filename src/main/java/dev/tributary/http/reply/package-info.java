/** Replies and problems as values (RFC 9457). */
@NullMarked
package dev.tributary.http.reply;

import org.jspecify.annotations.NullMarked;
