package dev.tributary.inspect.explain;

import dev.tributary.model.Item;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The attributes of an item that a route copies and leaves out.
 *
 * @param copied names of the copied ones
 * @param leftOut names of the others, with the rule that leaves them out
 */
public record AttributeSelection(Set<String> copied, Map<String, String> leftOut) {

    static AttributeSelection of(Item item, Projection projection, ProjectionSettings settings) {
        Set<String> copied = new TreeSet<>();
        Map<String, String> leftOut = new TreeMap<>();
        for (String name : item.attributes().keySet()) {
            if (projection.selects(name)) {
                copied.add(name);
            } else {
                leftOut.put(name, rule(name, projection, settings));
            }
        }
        return new AttributeSelection(copied, leftOut);
    }

    private static String rule(String name, Projection projection, ProjectionSettings settings) {
        if (VersionStamp.RESERVED.contains(name)) {
            return "reserved";
        }
        if (projection.makes(name)) {
            return "made by key." + name;
        }
        return settings.exclude().filter(names -> names.contains(name)).isPresent() ? "exclude" : "not in include";
    }
}
