/** DynamoDB Local inside the process. The distribution does not contain DynamoDB Local. */
@NullMarked
package dev.tributary.local;

import org.jspecify.annotations.NullMarked;
