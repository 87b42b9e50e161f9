/** The only code that knows KCL and the DynamoDB Streams adapter. */
@NullMarked
package dev.tributary.stream;

import org.jspecify.annotations.NullMarked;
