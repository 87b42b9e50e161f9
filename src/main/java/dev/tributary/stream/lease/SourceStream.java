package dev.tributary.stream.lease;

/**
 * The stream of a source.
 *
 * @param source name of the source in the configuration
 * @param identity of the source table in the rows of its targets
 * @param arn the stream, in a region that the streams adapter knows
 * @param epoch since when it is read
 */
public record SourceStream(String source, String identity, String arn, String epoch) {

    /** The creation time of a stream, the last part of its ARN. */
    public static String label(String arn) {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }

    /** The name of the table in the ARN of a stream. */
    static String table(String arn) {
        int from = arn.indexOf('/') + 1;
        return arn.substring(from, arn.indexOf('/', from));
    }
}
