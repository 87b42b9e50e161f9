/** An HTTP server that knows nothing of items: listener, router, TLS, limits. */
@NullMarked
package dev.tributary.http.server;

import org.jspecify.annotations.NullMarked;
