package dev.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.config.EffectiveValues.Value;
import dev.tributary.daemon.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EffectiveValuesTest {

    @Test
    void valuesAreThoseThatWereGivenUnlessTheyAreTheDefault() throws Exception {
        Map<String, String> given = new TreeMap<>(Map.ofEntries(
                Map.entry("application", "orders"),
                Map.entry("aws.region", "eu-west-1"),
                Map.entry("source.users.table", "users"),
                Map.entry("source.users.gaps", "continue"),
                Map.entry("source.users.route.by-city.table", "users_by_city"),
                Map.entry("source.users.route.by-city.exclude", "zipcode, phone"),
                Map.entry("write.users.path", "/users"),
                Map.entry("write.users.table", "users"),
                Map.entry("write.users.type.zipcode", "N"),
                Map.entry("table.users.key", "email:S, name:S"),
                Map.entry("table.users.stream", "true"),
                Map.entry("http.port", "0"),
                Map.entry("http.tls.certificate", "/etc/tributary/chain.pem"),
                Map.entry("http.tls.key", "/etc/tributary/key.pem")));
        Map<String, String> all = new HashMap<>(given);
        all.put("http.host", "127.0.0.1"); // the default
        assertThat(found(all)).containsExactlyInAnyOrderEntriesOf(given);
    }

    @Test
    void aValueThatNobodyMaySeeIsHidden() throws Exception {
        Map<String, String> found = found(Map.of(
                "read.users.path", "/users",
                "read.users.table", "users",
                "http.token-list", "app sha256:" + "0".repeat(64) + " users:read"));
        assertThat(found).containsEntry("http.token-list", EffectiveValues.HIDDEN);
    }

    private static Map<String, String> found(Map<String, String> given) throws InvalidConfigurationException {
        List<Value> values = EffectiveValues.of(Settings.of(given));
        return values.stream().collect(Collectors.toMap(Value::key, Value::text));
    }
}
