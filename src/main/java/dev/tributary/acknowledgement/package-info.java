/** Which writes of requests have reached every target, for requests that wait for that. */
@NullMarked
package dev.tributary.acknowledgement;

import org.jspecify.annotations.NullMarked;
