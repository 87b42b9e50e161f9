package dev.tributary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.ConsolePage;
import dev.tributary.ConsolePage.Command;
import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.KeySchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The commands of "Inspecting the tables" in {@code monitoring.md} print what the page shows. */
class LookingPageTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb().withDefaultCredentials();

    @TempDir
    private Path directory;

    @Test
    void everyCommandPrintsWhatThePageShows() throws IOException {
        String page = Files.readString(Path.of("src/docs/monitoring.md"));
        int from = page.indexOf("## Inspecting the tables");
        List<Command> commands = ConsolePage.commands(page.substring(from, page.indexOf("\n## ", from)));
        assertThat(commands).hasSize(4);
        InspectedTables tables = tables();
        List<String> different = new ArrayList<>();
        for (Command command : commands) {
            tables.out.getBuffer().setLength(0);
            run(command, tables);
            String printed = tables.out.toString();
            if (!command.prints(printed)) {
                different.add("%s%n%s%n%s".formatted(command.line(), printed, tables.err));
            }
        }
        assertThat(different).as("commands that print something else").isEmpty();
    }

    private static void run(Command command, InspectedTables tables) throws IOException {
        List<String> words = new ArrayList<>(Arrays.asList(command.line().split(" ", -1)));
        assertThat(words.remove(0)).isEqualTo("bin/tributary");
        int config = words.indexOf("--config");
        if (words.get(config + 1).equals("FILE")) {
            words.remove(config + 1);
            words.remove(config);
            tables.execute(words.toArray(String[]::new));
        } else {
            int unused = Cli.commandLine()
                    .setOut(new PrintWriter(tables.out))
                    .setErr(new PrintWriter(tables.err))
                    .execute(words.toArray(String[]::new));
        }
    }

    private InspectedTables tables() {
        create("users", TableDefinition.of(KeySchema.parse("email:S")).withStream(true));
        create("users_by_city", TableDefinition.of(KeySchema.parse("city:S")));
        InspectedTables tables = new InspectedTables(dynamo, directory, "users", "users_by_city");
        tables.worker("host-1", Instant.now());
        tables.lease("host-1", Instant.now().minusSeconds(4));
        tables.item("ada@example.com", "city=Brooklyn", "name=Ada", "zipcode=11208");
        tables.item("bob@example.com", "city=Brooklyn", "name=Bob");
        tables.item("cyd@example.com", "city=Salem", "name=Cyd");
        tables.row("bob@example.com", "Brooklyn", "name=Bob");
        return tables;
    }

    private static void create(String name, TableDefinition definition) {
        new TableControl(dynamo.asyncClient(), name).create(definition).join();
    }
}
