package dev.tributary.daemon;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.tables.CheckedTables;
import dev.tributary.items.ResourceSettings;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A {@code curl} command that writes an item to a resource, with every key attribute that the targets need. */
final class SampleRequest {

    private SampleRequest() {}

    /** Returns the command for the first resource; empty if there is none. */
    static Optional<String> curl(URI server, Settings settings, CheckedTables tables) {
        return settings.resource().entrySet().stream()
                .findFirst()
                .map(write -> curl(server, write.getKey(), write.getValue(), settings, tables));
    }

    private static String curl(
            URI server, String name, ResourceSettings write, Settings settings, CheckedTables tables) {
        Map<String, AttributeType> attributes = new LinkedHashMap<>();
        add(attributes, tables.resource(name).key());
        settings.source().forEach((sourceName, source) -> {
            if (source.table().equals(write.table())) {
                source.route().forEach((routeName, route) -> {
                    Map<String, AttributeType> key = new LinkedHashMap<>();
                    add(key, tables.target(sourceName, routeName).key());
                    key.keySet().removeAll(route.projection().key().keySet());
                    route.projection().key().values().stream()
                            .flatMap(template -> template.placeholders().stream())
                            .forEach(value ->
                                    key.put(value.attribute(), value.digits() > 0 ? AttributeType.N : AttributeType.S));
                    key.forEach(attributes::putIfAbsent);
                });
            }
        });
        ObjectNode body = new JsonMapper().createObjectNode();
        attributes.forEach((attribute, type) -> {
            if (type == AttributeType.N) {
                body.put(attribute, 1);
            } else {
                body.put(attribute, type == AttributeType.B ? "YWJj" : "some " + attribute);
            }
        });
        return "curl -i -X POST -H 'Content-Type: application/json' -d '%s' %s"
                .formatted(body, server.resolve(write.path()));
    }

    private static void add(Map<String, AttributeType> attributes, KeySchema key) {
        attributes.put(key.partition().name(), key.partition().type());
        key.sort().ifPresent(sort -> attributes.put(sort.name(), sort.type()));
    }
}
