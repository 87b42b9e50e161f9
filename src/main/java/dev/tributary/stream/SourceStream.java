package dev.tributary.stream;

/**
 * The stream of a source.
 *
 * @param source name of the source in the configuration
 * @param table name of the source table
 * @param arn the stream, in a region that the streams adapter knows
 */
public record SourceStream(String source, String table, String arn) {

    /** The creation time of the stream, the last part of its ARN; it orders a stream after the one it replaced. */
    String label() {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }
}
