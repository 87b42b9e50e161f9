package dev.tributary.config;

import dev.tributary.model.KeySchema;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** DynamoDB Local inside this process, for trying things out and for tests. */
public interface LocalSettings {

    Mode mode();

    /** Loopback port DynamoDB Local listens on; 0 takes a free one. */
    int port();

    /** Directory of the database, for {@link Mode#DIRECTORY}. */
    Path directory();

    /** Tables created at start where they are missing, by table name. */
    Map<String, LocalTable> table();

    enum Mode {
        /** No DynamoDB Local: the endpoints are those of {@code aws} and of the tables. */
        OFF,
        /** The tables live as long as the process. */
        MEMORY,
        /** The tables outlive the process, in {@link #directory()}. */
        DIRECTORY
    }

    /** A table that local mode creates. */
    interface LocalTable {

        /** One or two {@code name:type}, the partition key first, types S, N or B. */
        KeySchema key();

        /** Whether the table has a stream of new and old images. */
        boolean stream();

        /** Attribute with the time in epoch seconds at which an item goes; absent: items stay. */
        Optional<String> ttl();
    }
}
