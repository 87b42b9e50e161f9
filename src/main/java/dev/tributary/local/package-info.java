/** DynamoDB Local inside the process. Absent from the distribution. */
@NullMarked
package dev.tributary.local;

import org.jspecify.annotations.NullMarked;
