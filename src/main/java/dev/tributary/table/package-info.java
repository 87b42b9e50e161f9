/** The DynamoDB edge: guarded writes and what their failures mean. */
@NullMarked
package dev.tributary.table;

import org.jspecify.annotations.NullMarked;
