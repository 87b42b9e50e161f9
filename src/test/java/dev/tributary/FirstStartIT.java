package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Starts three daemons at the same time, without any of the daemon's own tables. Races depend on timing, so there are
 * several rounds; {@code -Dtributary.first-start.rounds=20} runs more.
 */
class FirstStartIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final int ROUNDS = Integer.getInteger("tributary.first-start.rounds", 2);
    private static final int WORKERS = 3;

    @TempDir
    private Path directory;

    @Test
    void allWorkersOfAFirstStartBecomeReadyWithoutAnError() throws Exception {
        for (int round = 1; round <= ROUNDS; round++) {
            try (Daemons daemons = new Daemons(dynamo, directory)) {
                String configuration = configuration();
                List<DaemonProcess> workers = new ArrayList<>();
                for (int worker = 0; worker < WORKERS; worker++) {
                    workers.add(daemons.start(configuration, Map.of()));
                }
                for (DaemonProcess worker : workers) {
                    worker.awaitReady();
                }
                for (DaemonProcess worker : workers) {
                    assertThat(worker.output())
                            .as("output of a worker in round %s", round)
                            .doesNotContain("ERROR", "\tat ");
                }
            }
        }
    }

    private String configuration() {
        String users = dynamo.createTable("users", "email:S", true);
        return """
                application = %1$s
                source.users.table = %1$s
                source.users.route.by-city.table = %2$s
                write.users.path = /
                write.users.table = %1$s
                """.formatted(users, dynamo.createTable("users_by_city", "state:S, city:S"));
    }
}
