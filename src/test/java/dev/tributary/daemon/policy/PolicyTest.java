package dev.tributary.daemon.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.dynamo.TableControl;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.VersionStamp;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceStateRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon and the commands use each action that {@code tributary iam} allows them, and no other. Where this fails after a
 * change, {@link TablePermissions} lacks a call that the change makes, or lists one that it does not make any more.
 */
@Tag("slow")
class PolicyTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    private static final String APPLICATION = "app";
    private static final String DEAD_LETTERS = APPLICATION + "-dead-letters";
    private static final String LEASES = APPLICATION + "-leases";

    /** Enough that some of their writes wait for others. */
    private static final List<String> MANY =
            IntStream.range(0, 100).mapToObj(i -> "u" + i).toList();

    private static final List<String> ROUTES = List.of("by-city", "graves", "singles", "proved");

    /** Every table that is read over HTTP has a sort key and an index, which a configuration does not say. */
    private static final String CONFIGURATION = """
            application = app
            aws.region = us-east-1
            http.port = 0
            admin.port = 0
            lease.duration = 3s
            source.users.table = users
            source.users.route.by-city.table = by_city
            source.users.route.graves.table = graves
            source.users.route.graves.deletes = tombstone
            source.users.route.singles.table = singles
            source.users.route.singles.batch-size = 1
            source.users.route.proved.table = proved
            source.users.route.proved.batch-size = 1
            source.users.route.proved.backfill = auto
            source.users.route.proved.verify = 1m
            write.users.path = /users
            write.users.table = users
            write.users.version = version
            write.notes.path = /notes
            write.notes.table = notes
            write.notes.idempotency = off
            write.notes.ttl = expires
            write.memos.path = /memos
            write.memos.table = memos
            read.by-city.path = /by-city
            read.by-city.table = by_city
            read.graves.path = /graves
            read.graves.table = graves
            read.graves.ttl = expires
            """;

    @TempDir
    private Path directory;

    private final PolicyTables tables = new PolicyTables(dynamo, LEASES, DEAD_LETTERS, APPLICATION + "-jobs");
    private RunningProgram program;

    @BeforeEach
    void createTables() throws IOException {
        tables.create("users", "email:S, kind:S", true);
        tables.create("by_city", "city:S, email:S", false);
        tables.create("graves", "city:S, email:S", false);
        tables.create("singles", "city:S, email:S", false);
        tables.create("proved", "city:S, email:S", false);
        tables.create("notes", "id:S, part:S", false);
        tables.create("memos", "id:S, part:S", false);
        new TableControl(dynamo.asyncClient(), "graves")
                .enableTtl(VersionStamp.EXPIRES)
                .join();
        program = new RunningProgram(dynamo, directory, CONFIGURATION);
    }

    @AfterEach
    void end() throws InterruptedException {
        program.close();
    }

    @Test
    void eachActionThatIsAllowedIsUsedAndNoOther() throws Exception {
        program.start();
        replicate();
        writeAndWait();
        park();
        writeOnce();
        writeWithoutVersions();
        read();
        report();
        repair();
        program.stop();

        // As if a daemon and a backfill had been killed.
        tables.rewind();
        ROUTES.forEach(route -> tables.leavePage("users." + route));
        program.start();
        program.awaitUse(program.daemonCalls(), DEAD_LETTERS, "UpdateItem");
        program.awaitUse(program.daemonCalls(), APPLICATION + "-jobs", "DeleteItem");
        program.awaitUse(program.daemonCalls(), "graves", "DeleteItem");
        program.awaitUse(program.daemonCalls(), "singles", "BatchGetItem");
        program.awaitUse(program.daemonCalls(), "proved", "Scan");
        program.awaitUse(program.daemonCalls(), "proved", "BatchGetItem");
        program.stop();
        tables.changeReasons();
        program.command("dead-letters", "redrive");
        program.command("forget", "users", "--yes");

        assertThat(UsedActions.of(program.daemonCalls().passed())).isEqualTo(allowed(Program.DAEMON));
        assertThat(UsedActions.of(program.commandCalls().passed())).isEqualTo(allowed(Program.COMMANDS));
    }

    private static SortedMap<String, SortedSet<String>> allowed(Program program) throws Exception {
        Map<String, String> properties = new HashMap<>();
        CONFIGURATION.lines().forEach(line -> {
            int equals = line.indexOf(" = ");
            properties.put(line.substring(0, equals), line.substring(equals + 3));
        });
        SortedMap<String, SortedSet<String>> allowed = new TreeMap<>();
        TablePermissions.of(Settings.of(properties), program, true)
                .forEach(table -> allowed.put(table.resource(), table.actions()));
        return allowed;
    }

    /** Inserts, changes, moves and removals, many at once and alone. */
    private void replicate() throws Exception {
        program.daemonCalls().delay(call -> call.body().contains("\"users\"") ? Duration.ZERO : Duration.ofMillis(100));
        program.send("POST", "/users", users("Rome"), "Idempotency-Key", "bulk");
        tables.awaitRows("by_city", MANY.size());
        MANY.parallelStream()
                .forEach(email -> tables.put(
                        "users", Map.of("email", email, "kind", "k", "city", "Rome", "state", "IT", "n", "1")));
        program.send("PATCH", "/users/u1/k", "{\"city\":\"Oslo\"}");
        program.send("PATCH", "/users/u2/k", "{\"city\":null}");
        tables.awaitRows("by_city", MANY.size() - 1);
        MANY.parallelStream().forEach(email -> tables.delete("users", Map.of("email", email, "kind", "k")));
        tables.awaitRows("by_city", 0);
        program.daemonCalls().release();
    }

    private static String users(String city) {
        return MANY.stream()
                .map(email ->
                        "{\"email\":\"%s\",\"kind\":\"k\",\"city\":\"%s\",\"state\":\"IT\"}\n".formatted(email, city))
                .collect(Collectors.joining());
    }

    /** The request gives up first, so the worker leaves word in the table. */
    private void writeAndWait() throws Exception {
        program.daemonCalls().refuse(call -> call.body().contains("singles"));
        program.send("PUT", "/users/awaited/k", "{\"city\":\"Rome\"}", "Prefer", "wait=1");
        program.daemonCalls().release();
        program.awaitUse(program.daemonCalls(), APPLICATION + "-acknowledgements", "PutItem");
        program.send("DELETE", "/users/awaited/k", "");
        tables.awaitRows("by_city", 0);
    }

    private void park() throws Exception {
        program.send("PUT", "/users/parked/k", "{\"city\":1}");
        program.send("PUT", "/users/parked/k", "{\"city\":\"Rome\"}");
        program.awaitUse(program.daemonCalls(), DEAD_LETTERS, "ConditionCheckItem");
        // One that a redrive cannot write either.
        program.send("PUT", "/users/hopeless/k", "{\"city\":1}");
    }

    private void writeOnce() throws Exception {
        program.send("PUT", "/memos/1/a", "{\"text\":\"a\"}", "Idempotency-Key", "put");
        program.send("PATCH", "/memos/1/a", "{\"text\":\"b\"}", "Idempotency-Key", "patch");
        program.send("PATCH", "/memos/1/a", "{}", "Idempotency-Key", "patch-nothing");
        program.send("PATCH", "/memos/2/a", "{\"text\":\"b\"}", "Idempotency-Key", "patch-absent");
        program.send("DELETE", "/memos/1/a", "", "Idempotency-Key", "delete");
        program.send("POST", "/memos", "{\"text\":1}\n{\"text\":2}\n", "Idempotency-Key", "refused");
    }

    private void writeWithoutVersions() throws Exception {
        for (String path : List.of("/notes", "/memos")) {
            program.send("PUT", path + "/1/a", "{\"text\":\"a\"}");
            program.send("PATCH", path + "/1/a", "{\"text\":\"b\"}");
            program.send("POST", path, "{\"id\":\"2\",\"part\":\"a\"}\n{\"id\":\"3\",\"part\":\"a\"}\n");
            program.send("DELETE", path + "/1/a", "");
        }
    }

    private void read() throws Exception {
        Map<String, List<String>> keys = Map.of(
                "/users", List.of("email", "kind"),
                "/notes", List.of("id", "part"),
                "/memos", List.of("id", "part"),
                "/by-city", List.of("city", "email"),
                "/graves", List.of("city", "email"));
        for (var key : keys.entrySet()) {
            String partition = key.getValue().get(0);
            program.send("GET", key.getKey() + "/a/b", "");
            program.send("GET", key.getKey() + "?" + partition + "=a", "");
            program.send("GET", key.getKey() + "?index=by-state&state=IT", "");
            program.send(
                    "POST",
                    key.getKey() + "/get",
                    "[{\"%s\":\"a\",\"%s\":\"b\"}]"
                            .formatted(partition, key.getValue().get(1)));
        }
    }

    private void report() throws Exception {
        new SourceStateRow(dynamo.asyncClient(), LEASES, "users")
                .passed(new RecordedGap("g", "lost", Instant.now(), "w"));
        program.send("PUT", "/users/kept/k", "{\"city\":\"Rome\",\"state\":\"IT\"}");
        tables.awaitRows("by_city", 1);
        program.command("status");
        program.command("gaps", "--acknowledge");
        program.command("plan");
        program.command("explain", "--source", "users", "--key", "email=kept", "--key", "kind=k");
        program.command("dead-letters", "list");
    }

    /** Rows are missing, more than they should be, and different. */
    private void repair() throws Exception {
        for (String table : List.of("by_city", "graves", "singles", "proved")) {
            tables.delete(table, Map.of("city", "Rome", "email", "kept"));
            tables.put(table, Map.of("city", "Rome", "email", "stray"));
        }
        program.commandCalls().delay(Duration.ofMillis(30));
        ROUTES.parallelStream()
                .forEach(route -> program.command(
                        "verify",
                        "users." + route,
                        "--wait",
                        "10",
                        "--repair",
                        "--repair-foreign",
                        "--progress",
                        "off"));
        program.send("POST", "/users", users("Bonn"));
        tables.awaitRows("by_city", MANY.size() + 1);
        for (String email : MANY) {
            for (String table : List.of("by_city", "graves", "singles", "proved")) {
                tables.delete(table, Map.of("city", "Bonn", "email", email));
            }
        }
        tables.duplicate("by_city", Map.of("city", "Rome", "email", "kept"), "Lima");
        program.command("backfill", "--reshape", "--progress", "off");
        program.commandCalls().release();
    }
}
