/** What all DynamoDB tables share: how calls end, how tables are created and described, attribute values as JSON. */
@NullMarked
package dev.tributary.dynamo;

import org.jspecify.annotations.NullMarked;
