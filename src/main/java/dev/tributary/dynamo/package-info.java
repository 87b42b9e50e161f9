/** What all DynamoDB tables share: results of calls, creation and description of tables, attribute values as JSON. */
@NullMarked
package dev.tributary.dynamo;

import org.jspecify.annotations.NullMarked;
