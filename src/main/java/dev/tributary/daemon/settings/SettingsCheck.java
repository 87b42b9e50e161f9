package dev.tributary.daemon.settings;

import dev.tributary.config.CrossCheck;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.http.items.ItemPaths;
import dev.tributary.http.openapi.OpenApiEndpoint;
import dev.tributary.local.LocalSettings.Mode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reports contradictions between the settings of different features. */
final class SettingsCheck {

    private static final String LOCAL_MODE = "local.mode";

    private final Settings settings;
    private final CrossCheck check;

    SettingsCheck(Settings settings, CrossCheck check) {
        this.settings = settings;
        this.check = check;
    }

    void run() {
        if (settings.source().isEmpty()
                && settings.resource().isEmpty()
                && settings.read().isEmpty()) {
            check.report(
                    "source",
                    "neither a source nor a resource is configured, so there is nothing to do",
                    "give source.<name>.table and source.<name>.route.<name>.table, or write.<name>.path and"
                            + " write.<name>.table, or read.<name>.path and read.<name>.table");
        }
        checkPorts();
        checkLocalMode();
        checkStreams();
        checkPaths();
        checkArns();
    }

    private void checkArns() {
        settings.source().forEach((name, source) -> {
            checkArn("source." + name + ".", source);
            source.route().forEach((route, target) -> checkArn("source." + name + ".route." + route + ".", target));
        });
        settings.resource().forEach((name, resource) -> checkArn("write." + name + ".", resource));
        settings.read().forEach((name, read) -> checkArn("read." + name + ".", read));
    }

    /** Settings keep the name from an ARN, and the whole ARN if it contradicts other settings. */
    private void checkArn(String section, TableSettings table) {
        if (table.table().startsWith("arn:") && check.accepted(section + "table")) {
            check.report(
                    section + "table",
                    table.table(),
                    "contradicts " + section + "region, account or role: it names another region or account",
                    "remove them, or correct the ARN");
        }
    }

    private void checkPorts() {
        int http = settings.http().access().port();
        int admin = settings.admin().port();
        checkPortsDiffer("http.port", http, "admin.port", admin);
        if (settings.local().mode() != Mode.OFF && check.accepted(LOCAL_MODE)) {
            int local = settings.local().port();
            checkPortsDiffer("http.port", http, "local.port", local);
            checkPortsDiffer("admin.port", admin, "local.port", local);
        }
    }

    private void checkPortsDiffer(String key, int port, String otherKey, int other) {
        if (port == other && port != 0 && check.accepted(key)) {
            check.report(otherKey, other, "is the port of " + key + " too", "give them different ports");
        }
    }

    private void checkLocalMode() {
        if (settings.local().mode() == Mode.OFF || !check.accepted(LOCAL_MODE)) {
            return;
        }
        checkNoPlace(
                "aws.",
                new PlaceSettings(
                        settings.aws().region(), settings.aws().endpoint(), Optional.empty(), Optional.empty()));
        settings.aws().streamsEndpoint().ifPresent(endpoint -> checkAbsent("aws.streams-endpoint", endpoint));
        settings.source().forEach((name, source) -> {
            String section = "source." + name + ".";
            checkNoPlace(section, source.place());
            source.streamsEndpoint().ifPresent(endpoint -> checkAbsent(section + "streams-endpoint", endpoint));
            source.route().forEach((route, target) -> checkNoPlace(section + "route." + route + ".", target.place()));
        });
        settings.resource().forEach((name, resource) -> checkNoPlace("write." + name + ".", resource.place()));
        settings.read().forEach((name, read) -> checkNoPlace("read." + name + ".", read.place()));
    }

    private void checkStreams() {
        settings.source().forEach((name, source) -> {
            DeclaredTable table = settings.table().get(source.table());
            if (table != null && !table.stream() && check.accepted("table." + source.table() + ".stream")) {
                check.report(
                        "source." + name + ".table",
                        source.table(),
                        "is declared as a table without a stream",
                        "set table." + source.table() + ".stream=true");
            }
        });
    }

    private void checkNoPlace(String section, PlaceSettings place) {
        place.region().ifPresent(region -> checkAbsent(section + "region", region));
        place.endpoint().ifPresent(endpoint -> checkAbsent(section + "endpoint", endpoint));
        place.role().ifPresent(role -> checkAbsent(section + "role", role));
        place.account().ifPresent(account -> checkAbsent(section + "account", account));
    }

    private void checkAbsent(String key, Object value) {
        check.report(
                key,
                value,
                "contradicts local.mode, which puts every table into this process",
                "remove it, or set local.mode=off");
    }

    private void checkPaths() {
        Map<String, String> resources = new LinkedHashMap<>();
        settings.resource().forEach((name, resource) -> checkPath("write." + name, resource.path(), resources));
        settings.read().forEach((name, read) -> {
            checkPath("read." + name, read.path(), resources);
            if (settings.resource().containsKey(name)) {
                check.report(
                        "read." + name,
                        "write." + name + " has the same name, so tokens could not have rights to one of them",
                        "choose another name");
            }
        });
        checkBatchPaths(resources);
    }

    /** A resource there would take the batch reads of another, and make writes of them. */
    private void checkBatchPaths(Map<String, String> resources) {
        resources.forEach((path, resource) -> {
            String batch = ItemPaths.batch(path);
            if (resources.containsKey(batch)) {
                check.report(
                        resources.get(batch) + ".path",
                        batch,
                        "is the path of reads by many keys of " + resource,
                        "give the resource another path");
            }
        });
    }

    private void checkPath(String resource, String path, Map<String, String> resources) {
        String key = resource + ".path";
        if (path.equals(OpenApiEndpoint.PATH)) {
            check.report(key, path, "is the path of the OpenAPI document", "give the resource another path");
        }
        String before = check.accepted(key) ? resources.putIfAbsent(path, resource) : null;
        if (before != null) {
            check.report(key, path, "is the path of " + before + " too", "give each resource a different path");
        }
    }
}
