package dev.tributary.bench;

import dev.tributary.local.DynamoDbLocal;
import dev.tributary.local.LocalSettings;
import dev.tributary.local.LocalSettings.Mode;
import java.io.IOException;
import java.nio.file.Path;

/** DynamoDB Local in memory, until standard input is closed. Prints {@code endpoint <uri>}. */
final class DatabaseProcess {

    private DatabaseProcess() {}

    public static void main(String[] args) throws IOException {
        try (DynamoDbLocal local = DynamoDbLocal.start(new LocalSettings(Mode.MEMORY, 0, Path.of(".")))) {
            System.out.println("endpoint " + local.endpoint());
            while (System.in.read() >= 0) {
                // Input is ignored; its end is the signal to stop.
            }
        }
        System.exit(0);
    }
}
