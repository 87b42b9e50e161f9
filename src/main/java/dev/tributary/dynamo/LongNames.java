package dev.tributary.dynamo;

import software.amazon.awssdk.thirdparty.jackson.core.StreamReadConstraints;

/**
 * Lets the SDK read every attribute name that DynamoDB stores. Its JSON parser refuses more than 50,000 characters, and DynamoDB
 * takes 64 KB, so one item of another writer would stop the shard of its source for good.
 */
public final class LongNames {

    private LongNames() {}

    /** Has to precede the first client of the process: the SDK's parsers copy this when their classes are loaded. */
    public static void allow() {
        StreamReadConstraints.overrideDefaultStreamReadConstraints(
                StreamReadConstraints.builder().maxNameLength(Integer.MAX_VALUE).build());
    }
}
