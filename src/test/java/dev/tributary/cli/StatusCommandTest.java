package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.DynamoDbFront;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code tributary status} on tables as workers leave them. */
class StatusCommandTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    private InspectedTables tables;

    @BeforeEach
    void createTables() {
        tables = new InspectedTables(dynamo, directory);
    }

    @Test
    void aSourceThatWasNeverReadNeedsAWorker() throws IOException {
        assertThat(tables.execute("status")).isEqualTo(ExitCode.FAILED);
        assertThat(tables.out.toString()).contains("needs a person: users: no worker has read it yet");
    }

    @Test
    void aSourceThatIsReadIsShownWithWorkerShardAndTimeLeft() throws IOException {
        tables.worker("host-1", Instant.now());
        tables.lease("host-1", Instant.now().minusSeconds(5));
        assertThat(tables.execute("status")).isZero();
        assertThat(tables.out.toString())
                .contains("workers    1 alive: host-1", "23 h 59 min left", "users.by-city", "Nothing needs a person.")
                .containsPattern("shard-1 +reading +host-1 +\\d+ s ago +23 h 59 min +300000000000000000007");
    }

    @Test
    void withoutADaemonTheTimeLeftIsKnownAndADeadLetterIsNamed() throws IOException {
        tables.worker("host-1", Instant.now().minus(Duration.ofHours(2)));
        tables.lease("host-1", Instant.now().minus(Duration.ofHours(2)));
        tables.park("ada");
        assertThat(tables.execute("status", "--json")).isEqualTo(ExitCode.FAILED);
        JsonNode report = new ObjectMapper().readTree(tables.out.toString());
        JsonNode source = report.at("/sources/0");
        assertThat(source.at("/workers/0/alive").asBoolean()).isFalse();
        assertThat(source.at("/shards/0/state").asText()).isEqualTo("owner-gone");
        assertThat(source.at("/secondsLeft").asLong()).isBetween(22 * 3600L - 60, 22 * 3600L);
        assertThat(source.at("/routes/0/parkedItems").asInt()).isEqualTo(1);
        assertThat(report.findValuesAsText("what"))
                .anySatisfy(what -> assertThat(what).contains("no worker runs"))
                .anySatisfy(what -> assertThat(what).contains("2 h 0 min ago"))
                .anySatisfy(what -> assertThat(what).contains("1 item with dead letters"));
        assertThat(tables.out.toString()).as("no content of items").doesNotContain("ada", "Oakland");
    }

    @Test
    void aMissingTableIsNamedWithExitCode3() throws IOException {
        tables.worker("host-1", Instant.now());
        tables.lease("host-1", Instant.now());
        dynamo.client().deleteTable(request -> request.tableName(tables.byCity));
        assertThat(tables.execute("status")).isEqualTo(ExitCode.TABLES);
        assertThat(tables.out.toString())
                .contains(
                        "users.by-city: target table " + tables.byCity + " (" + dynamo.endpoint() + ") does not exist");
    }

    @Test
    void aDeniedLeaseTableIsNamedWithExitCode3AndTheRestIsPrinted() throws IOException {
        tables.park("ada");
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint())) {
            front.answerInPlace(call -> Optional.of(DynamoDbFront.Answer.json(
                            400, "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"no\"}"))
                    .filter(denied -> call.operation().equals("Scan")));
            assertThat(tables.execute(front.endpoint(), "status")).isEqualTo(ExitCode.TABLES);
        }
        assertThat(tables.out.toString())
                .contains(
                        "lease table " + tables.leases + " cannot be read: AccessDeniedException",
                        "1 item with dead letters");
    }

    @Test
    void anUnknownSourceIsRefusedWithThoseThatThereAre() throws IOException {
        assertThat(tables.execute("status", "--source", "orders")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.err.toString()).contains("--source orders", "it has users");
    }
}
