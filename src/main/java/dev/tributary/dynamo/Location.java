package dev.tributary.dynamo;

import dev.tributary.config.Option;
import java.net.URI;
import java.util.Optional;

/** Where a table is, if it is not where the others are. */
public record Location(
        @Option(
                key = "region",
                pattern = Location.REGION_PATTERN,
                expected = Location.REGION,
                example = "eu-central-1",
                doc = "Region of the table. Without it: `aws.region`.")
        Optional<String> region,

        @Option(
                key = "endpoint",
                example = "http://127.0.0.1:8000",
                doc = "Endpoint of the table. Without it: `aws.endpoint`.")
        Optional<URI> endpoint) {

    /** What a region has to be. */
    public static final String REGION = "the code of a region";

    /** Matches what {@link #REGION} describes. */
    public static final String REGION_PATTERN = "[a-z][a-z0-9-]{0,62}";
}
