package dev.tributary.dynamo;

import java.net.URI;
import java.util.Optional;

/** A DynamoDB table and its place. */
public interface TableSettings {

    /** What {@link #table()} has to be. */
    String NAME = "a table name of 3 to 255 letters, digits, _ . or -, or the ARN of a table";

    /** Matches what {@link #NAME} describes. */
    String NAME_PATTERN = "(arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/)?[A-Za-z0-9_.-]{3,255}";

    /** The name. An ARN, if it contradicts the place. */
    String table();

    PlaceSettings place();

    /** Absent: that of all tables. */
    default Optional<String> region() {
        return place().region();
    }

    /** Absent: that of all tables. */
    default Optional<URI> endpoint() {
        return place().endpoint();
    }

    /** Of the table's stream. Absent: that of the table. */
    default Optional<URI> streamsEndpoint() {
        return Optional.empty();
    }
}
