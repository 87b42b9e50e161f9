package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;
import static dev.tributary.config.Key.required;
import static dev.tributary.config.KeyTypes.PORT_NUMBER;

import dev.tributary.config.LocalSettings.Mode;
import dev.tributary.model.KeySchema;
import java.nio.file.Path;

/** DynamoDB Local inside the process. */
final class LocalKeys {

    static final Key<Mode> MODE = defaulting(
            "local.mode",
            ValueType.oneOf(Mode.class, Mode.MEMORY),
            "off",
            "`memory`: the tables end with the process. `directory`: they outlive it. `off`: no DynamoDB Local.");
    static final Key<Integer> PORT =
            defaulting("local.port", PORT_NUMBER, "8000", "Loopback port of DynamoDB Local; 0 takes a free one.");
    static final Key<Path> DIRECTORY = defaulting(
            "local.directory", ValueType.path("data"), "data", "Directory of the database, for `directory`.");
    static final Key<KeySchema> TABLE_KEY = required(
            "local.table.<table>.key",
            ValueType.keySchema(),
            "Primary key of a table that is created at start if it is missing: the partition key, then the sort key"
                    + " if there is one.");
    static final Key<Boolean> TABLE_STREAM = defaulting(
            "local.table.<table>.stream",
            ValueType.bool(),
            "false",
            "Whether the table has a stream of new and old images, as a source needs.");
    static final Key<String> TABLE_TTL = optional(
            "local.table.<table>.ttl",
            ValueType.text("an attribute name", "expires", "(?s).+"),
            "The table's TTL attribute: items go when the time in it, in seconds since 1970, has passed. Without it: items"
                    + " stay.");

    private LocalKeys() {}
}
