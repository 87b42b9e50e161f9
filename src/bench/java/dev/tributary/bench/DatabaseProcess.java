package dev.tributary.bench;

import dev.tributary.config.LocalSettings;
import dev.tributary.local.DynamoDbLocal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** DynamoDB Local in memory, until standard input ends. Says {@code endpoint <uri>}. */
final class DatabaseProcess {

    private record InMemory() implements LocalSettings {
        @Override
        public Mode mode() {
            return Mode.MEMORY;
        }

        @Override
        public int port() {
            return 0;
        }

        @Override
        public Path directory() {
            return Path.of(".");
        }

        @Override
        public Map<String, LocalTable> table() {
            return Map.of();
        }
    }

    private DatabaseProcess() {}

    public static void main(String[] args) throws IOException {
        try (DynamoDbLocal local = DynamoDbLocal.start(new InMemory())) {
            System.out.println("endpoint " + local.endpoint());
            while (System.in.read() >= 0) {
                // Nothing is said to it.
            }
        }
        System.exit(0);
    }
}
