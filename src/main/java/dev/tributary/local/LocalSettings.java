package dev.tributary.local;

import dev.tributary.config.Option;
import dev.tributary.config.Section;
import java.nio.file.Path;

/** DynamoDB Local in the process, for evaluation and for tests. */
@Section(prefix = "local", title = "Local mode", intro = """
        DynamoDB Local in the process, for evaluation and for tests. It holds all tables, so no region and no endpoint may
        be given.""")
public record LocalSettings(
        @Option(
                key = "mode",
                defaultValue = "off",
                example = "memory",
                doc =
                        "`memory`: the tables end with the process. `directory`: they outlive it. `off`: no DynamoDB Local.")
        Mode mode,

        @Option(
                key = "port",
                min = "0",
                max = "65535",
                defaultValue = "8000",
                example = "8080",
                doc = "Loopback port of DynamoDB Local; 0 takes a free one.")
        int port,

        @Option(
                key = "directory",
                defaultValue = "data",
                expected = "the path of a directory",
                doc = "Directory of the database, for `directory`.")
        Path directory) {

    public enum Mode {
        /** No DynamoDB Local: the endpoints are those of {@code aws} and of the tables. */
        OFF,
        /** The tables live as long as the process. */
        MEMORY,
        /** The tables outlive the process, in {@link #directory()}. */
        DIRECTORY
    }
}
