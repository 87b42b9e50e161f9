package dev.tributary.daemon.settings;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.dynamo.PlaceSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Where DynamoDB is, for every table that does not name its own place. */
@Section(prefix = "aws", title = "AWS", intro = "Credentials are the SDK's default chain; no key holds a secret.")
public record AwsSettings(
        @Option(
                key = "region",
                pattern = PlaceSettings.REGION_PATTERN,
                expected = PlaceSettings.REGION,
                example = "eu-central-1",
                doc = """
                Region of every table that does not name its own. Without it: the SDK's chain (`AWS_REGION`, the profile,
                the instance).""")
        Optional<String> region,

        @Option(key = "endpoint", example = "http://127.0.0.1:8000", doc = """
                Endpoint of every table that does not name its own, such as a VPC endpoint or a DynamoDB Local. Without
                it: the region's.""")
        Optional<URI> endpoint,

        @Option(
                key = "streams-endpoint",
                example = "https://vpce-1a2b.streams.dynamodb.eu-central-1.vpce.amazonaws.com",
                doc = """
                Endpoint of every stream whose source does not name its own or that of its table: private endpoints of streams
                are not those of tables. Without it: `aws.endpoint`, or the region's.""")
        Optional<URI> streamsEndpoint,

        @Option(key = "call-timeout", min = "1s", max = "30s", defaultValue = "10s", doc = """
                Longest time of a call about tables, streams or items, retries included. Writes to targets have a time of
                their own, which follows from `lease.duration`; calls of leases have two thirds of it, and at most 10 s.""")
        Duration callTimeout,

        @Option(key = "attempt-timeout", min = "200ms", max = "30s", defaultValue = "5s", doc = """
                Longest time of one attempt of such a call; a call without a reply is tried again after it.""")
        Duration attemptTimeout)
        implements Checked {

    @Override
    public void check(CrossCheck check) {
        if (attemptTimeout.compareTo(callTimeout) > 0) {
            check.report(
                    "attempt-timeout",
                    attemptTimeout.toMillis() + "ms",
                    "is longer than " + check.name("call-timeout"),
                    "choose a shorter time, such as half of it");
        }
    }
}
