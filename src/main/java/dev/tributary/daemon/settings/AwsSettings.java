package dev.tributary.daemon.settings;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.dynamo.Location;
import java.net.URI;
import java.util.Optional;

/** Where DynamoDB is, for every table that does not name its own place. */
@Section(prefix = "aws", title = "AWS", intro = "Credentials are the SDK's default chain; no key holds a secret.")
public record AwsSettings(
        @Option(
                key = "region",
                pattern = Location.REGION_PATTERN,
                expected = Location.REGION,
                example = "eu-central-1",
                doc = """
                Region of every table that does not name its own. Without it: the SDK's chain (`AWS_REGION`, the profile,
                the instance).""")
        Optional<String> region,

        @Option(key = "endpoint", example = "http://127.0.0.1:8000", doc = """
                Endpoint of every table that does not name its own, such as a VPC endpoint or a DynamoDB Local. Without
                it: the region's.""")
        Optional<URI> endpoint) {}
