package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.DynamoDbFront;
import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.local.LocalDynamoDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code tributary plan} on real tables. */
@Tag("slow")
class PlanCommandTest {

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
    void aSmallTableIsReadAsAWholeAndItsCollisionsAreNamed() throws IOException {
        tables.item("ada", "city=Oakland", "name=Lovelace");
        tables.item("bob", "city=Oakland");
        tables.item("cyd", "city=Salem");
        tables.item("dan");
        tables.put(tables.users, Map.of("email", AttributeValue.fromS("eve"), "city", AttributeValue.fromN("7")));
        tables.lease("host-1", Instant.now());
        assertThat(tables.execute("plan")).isZero();
        assertThat(tables.out.toString())
                .contains(
                        "5 items",
                        "all of them were read",
                        "shards: 1 (by the lease table)",
                        "rows:        3 (60.0 %)",
                        "without row: 20.0 % lack the target's key",
                        "parked:      20.0 %: its city is of type N, and the target's key needs S",
                        "collisions:  1 of 3 sampled rows belong to another item",
                        "city=Oakland: 2 items, email=",
                        "COST a month",
                        "shared by the sources users: lease table " + tables.leases,
                        "with 1 shards, table of jobs",
                        "idle cost",
                        "us-east-1, on demand, as of 2024-11-01")
                .doesNotContain("Lovelace");
    }

    @Test
    void theReportAsJsonUsesTheGivenPricesAndRate() throws IOException {
        tables.item("ada", "city=Oakland");
        Path prices = Files.writeString(directory.resolve("prices.properties"), """
                as-of = 2026-01-01
                region = the moon
                million-write-units = 1000
                million-read-units = 1
                gigabyte-month = 1
                million-stream-reads = 1
                """);
        assertThat(tables.execute(
                        "plan",
                        "--json",
                        "--prices",
                        prices.toString(),
                        "--changes-per-second",
                        "1",
                        "--source",
                        "users"))
                .isZero();
        List<String> lines = tables.out.toString().lines().toList();
        JsonNode plan = new ObjectMapper().readTree(lines.get(0));
        assertThat(plan.at("/pricesRegion").asText()).isEqualTo("the moon");
        assertThat(plan.at("/routes/0/rows").asInt()).isEqualTo(1);
        assertThat(plan.at("/month/parts").findValuesAsText("part")).contains("users.by-city: writes of rows");
        assertThat(plan.at("/month/parts/1/dollars").asDouble()).isEqualTo(2592.0);
        assertThat(plan.at("/idleDollars").asDouble())
                .isLessThan(plan.at("/month/dollars").asDouble());
        JsonNode shared = new ObjectMapper().readTree(lines.get(1));
        assertThat(shared.at("/leaseTable").asText()).isEqualTo(tables.leases);
        assertThat(shared.at("/sources/0").asText()).isEqualTo("users");
        assertThat(shared.at("/month/parts").findValuesAsText("part")).contains("lease table: scans");
    }

    @Test
    void aSampleOfALargerTableHasIntervals() throws IOException {
        for (int i = 0; i < 40; i++) {
            tables.item("user" + i, "city=city" + i);
        }
        assertThat(tables.execute("plan", "--sample", "10")).isZero();
        assertThat(tables.out.toString())
                .contains("sample: 10 items", "between", "pairs of items with one key are not excluded");
    }

    @Test
    void theRateAndTheMovesAreThoseOfTheStreamUnlessTheyAreGiven() throws IOException {
        tables.item("ada", "city=Oakland");
        tables.item("ada", "city=Salem");
        tables.item("ada", "city=Salem", "name=Ada");
        tables.item("ada", "city=Oakland", "name=Ada");
        assertThat(tables.execute("plan", "--json")).isZero();
        JsonNode plan = new ObjectMapper().readTree(tables.out.toString());
        assertThat(plan.at("/streamRecords").asInt()).isEqualTo(4);
        assertThat(plan.at("/moves").asDouble()).isEqualTo(0.5);
        // DynamoDB Local truncates creation times to the minute.
        assertThat(plan.at("/changesPerSecond").asDouble()).isBetween(4 / 130.0, 0.4);

        tables.out.getBuffer().setLength(0);
        dynamo.client().updateTable(request -> request.tableName(tables.users)
                .streamSpecification(stream -> stream.streamEnabled(false)));
        assertThat(tables.execute("plan", "--changes-per-second", "7", "--moves", "3"))
                .isZero();
        assertThat(tables.out.toString()).contains("changes: 7.000 a second, 3.0 % of them move a row (as given)");
    }

    @Test
    void wrongOptionsAndTablesAreRefused() throws IOException {
        assertThat(tables.execute("plan", "--sample", "0")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.execute("plan", "--moves", "101")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.execute("plan", "--prices", "none.properties")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(tables.execute("plan", "--source", "orders")).isEqualTo(ExitCode.CONFIGURATION);
        try (DynamoDbFront front = new DynamoDbFront(dynamo.endpoint())) {
            front.answerInPlace(call -> Optional.of(DynamoDbFront.Answer.json(
                            400, "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"no\"}"))
                    .filter(denied -> call.operation().equals("Scan")));
            assertThat(tables.execute(front.endpoint(), "plan")).isEqualTo(ExitCode.TABLES);
        }
        assertThat(tables.err.toString()).contains("AccessDeniedException");
        dynamo.client().deleteTable(request -> request.tableName(tables.byCity));
        assertThat(tables.execute("plan")).isEqualTo(ExitCode.TABLES);
    }
}
