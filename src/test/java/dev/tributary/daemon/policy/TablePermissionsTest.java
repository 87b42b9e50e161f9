package dev.tributary.daemon.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.daemon.settings.Settings;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;

/** What {@link PolicyTest} does not show, because its daemon runs jobs by itself. */
class TablePermissionsTest {

    /** A redrive on the status page ends with the removal of its lock and of what it has written. */
    @Test
    void onlyADaemonWithOperatorsOrJobsRemovesDeadLetters() throws Exception {
        assertThat(onDeadLetters(Map.of())).doesNotContain("DeleteItem");
        assertThat(onDeadLetters(Map.of("admin.tokens", "tokens.properties"))).contains("DeleteItem");
        assertThat(onDeadLetters(Map.of("source.users.route.by-city.backfill", "auto")))
                .contains("DeleteItem");
    }

    private static SortedSet<String> onDeadLetters(Map<String, String> further) throws Exception {
        Map<String, String> properties = new HashMap<>(further);
        properties.put("application", "app");
        properties.put("source.users.table", "users");
        properties.put("source.users.route.by-city.table", "users_by_city");
        return TablePermissions.of(Settings.of(properties), Program.DAEMON, true).stream()
                .filter(table -> table.resource().endsWith("app-dead-letters"))
                .findFirst()
                .orElseThrow()
                .actions();
    }
}
