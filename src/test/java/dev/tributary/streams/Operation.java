package dev.tributary.streams;

/** The calls of the DynamoDB Streams API, named as {@code X-Amz-Target} names them. */
public enum Operation {
    ListStreams,
    DescribeStream,
    GetShardIterator,
    GetRecords
}
