package dev.tributary.config;

import java.net.URI;
import java.util.Optional;

/** A table and where it is. */
public interface TableSettings {

    /** DynamoDB table name. */
    String table();

    /** Absent: {@link AwsSettings#region()}. */
    Optional<String> region();

    /** Absent: {@link AwsSettings#endpoint()}. */
    Optional<URI> endpoint();
}
