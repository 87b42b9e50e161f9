/** What the log and the metrics say of requests: their ids, the traces that callers name, and the access log. */
@NullMarked
package dev.tributary.http.log;

import org.jspecify.annotations.NullMarked;
