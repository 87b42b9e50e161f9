package dev.tributary.dynamo;

import java.net.URI;
import java.util.Optional;

/** A DynamoDB table and its location. */
public interface TableSettings {

    /** What {@link #table()} has to be. */
    String NAME = "a table name of 3 to 255 letters, digits, _ . or -";

    /** Matches what {@link #NAME} describes. */
    String NAME_PATTERN = "[A-Za-z0-9_.-]{3,255}";

    String table();

    Location location();

    /** Absent: that of all tables. */
    default Optional<String> region() {
        return location().region();
    }

    /** Absent: that of all tables. */
    default Optional<URI> endpoint() {
        return location().endpoint();
    }
}
