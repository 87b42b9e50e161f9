/** HTTP without any knowledge of items: listener, routing of requests, TLS, limits. */
@NullMarked
package dev.tributary.http.server;

import org.jspecify.annotations.NullMarked;
