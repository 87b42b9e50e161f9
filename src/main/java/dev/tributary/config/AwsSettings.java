package dev.tributary.config;

import java.net.URI;
import java.util.Optional;

/** Where DynamoDB is, for every table that does not say otherwise. */
public interface AwsSettings {

    /** Absent: the SDK's default region chain. */
    Optional<String> region();

    /** Absent: the region's own endpoint. */
    Optional<URI> endpoint();
}
