package dev.tributary.stream.lease;

/**
 * One stream of a source.
 *
 * @param source name of the source in the configuration
 * @param identity of the source table in the rows of its targets
 * @param arn of the stream, in a region that the streams adapter knows
 * @param epoch first part of the versions of the stream's changes; see {@link Epoch}
 */
public record SourceStream(String source, String identity, String arn, String epoch) {

    /** The label of a stream: its creation time, the last part of its ARN. */
    public static String label(String arn) {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }
}
