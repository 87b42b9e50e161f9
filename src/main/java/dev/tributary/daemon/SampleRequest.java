package dev.tributary.daemon;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tributary.config.ResourceSettings;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/** A {@code curl} line for a write route that can be pasted: every key attribute it takes to reach all targets. */
final class SampleRequest {

    private SampleRequest() {}

    static String curl(URI server, String name, ResourceSettings write, Settings settings, TableChecks tables) {
        Map<String, AttributeType> attributes = new LinkedHashMap<>();
        add(attributes, tables.table(TableChecks.writePrefix(name)).key());
        settings.source().forEach((sourceName, source) -> {
            if (source.table().equals(write.table())) {
                source.route().forEach((routeName, route) -> {
                    Map<String, AttributeType> key = new LinkedHashMap<>();
                    add(
                            key,
                            tables.table(TableChecks.prefix(sourceName, routeName))
                                    .key());
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
