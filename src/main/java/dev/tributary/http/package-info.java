/** The embedded HTTP servers: writes, health, metrics. */
@NullMarked
package dev.tributary.http;

import org.jspecify.annotations.NullMarked;
