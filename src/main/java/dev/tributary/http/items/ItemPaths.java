package dev.tributary.http.items;

import dev.tributary.acknowledgement.WriteMark;
import dev.tributary.document.RefusedException;
import dev.tributary.document.UriKey;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.PercentEncoding;
import dev.tributary.http.server.Query;
import dev.tributary.items.Resource;
import dev.tributary.model.VersionStamp;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The URIs of the items of a resource: under its path with a segment for each key attribute, or its path with the key
 * attributes as a query, for keys that a path cannot carry.
 */
public final class ItemPaths {

    private final Resource resource;
    private final Set<String> paths;
    private final String basePath;

    /**
     * @param paths of all resources: no item has the path of a resource
     * @param basePath prefix of the paths that a proxy strips; may be empty
     */
    public ItemPaths(Resource resource, Set<String> paths, String basePath) {
        this.resource = resource;
        this.paths = paths;
        this.basePath = basePath;
    }

    /** The path of the resource. */
    public String collection() {
        return resource.path();
    }

    /** The pattern of its items' paths, for the router. */
    public String item() {
        return base() + "/{partition}" + (resource.keyNames().size() == 1 ? "" : "/{sort}");
    }

    /** The URI reference of the status of a write. */
    String status(WriteMark mark) {
        return basePath + resource.path() + "?" + VersionStamp.WRITE + "=" + mark.id();
    }

    /** The path that reads many items by key. */
    public String batch() {
        return batch(resource.path());
    }

    /** As {@link #batch()}, of a resource with this path. */
    public static String batch(String path) {
        return base(path) + "/get";
    }

    /**
     * The pattern of the other paths under its path, if a resource with a shorter path could take them for items:
     * {@code /cities/x} names no city if a city has two key attributes, and must not name an item of {@code /} instead.
     */
    public Optional<String> rest() {
        boolean within = paths.stream()
                .anyMatch(other -> other.length() < resource.path().length()
                        && (other.equals("/") || resource.path().startsWith(other + "/")));
        return within ? Optional.of(base() + "/**") : Optional.empty();
    }

    /** The pattern of its items' paths, with the names of the attributes, for problem details. */
    public String described() {
        return resource.keyNames().stream().map(name -> "/{" + name + "}").collect(Collectors.joining("", base(), ""));
    }

    /** Whether the request names an item rather than the collection. */
    public boolean namesItem(Exchange exchange) {
        return exchange.pattern().hasVariables() || exchange.query() != null;
    }

    /** The key that the request names. */
    Map<String, AttributeValue> key(Exchange exchange, Query query) throws RefusedException {
        List<String> names = resource.keyNames();
        Map<String, String> texts = new HashMap<>();
        if (exchange.pattern().hasVariables()) {
            List<String> segments = segments(exchange);
            for (int i = 0; i < names.size(); i++) {
                texts.put(names.get(i), segments.get(segments.size() - names.size() + i));
            }
        } else {
            names.forEach(name -> texts.put(name, query.take(name)));
        }
        return resource.key(texts);
    }

    /**
     * Whether the decoded path is under a longer path of another resource. The router matches paths as they were sent, so an
     * encoded letter hides that from it.
     */
    public boolean isUnderAnotherResource(Exchange exchange) {
        String path = String.join("/", segments(exchange)) + "/";
        return paths.stream()
                .filter(other -> other.length() > resource.path().length())
                .anyMatch(other -> path.startsWith(other + "/"));
    }

    /** The decoded segments of the path as it was sent. */
    private static List<String> segments(Exchange exchange) {
        String path = exchange.path();
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return List.of(trimmed.split("/", -1)).stream().map(Query::decodeUri).toList();
    }

    /**
     * The URI reference of an item.
     *
     * <p>The key is in the query if it has {@code ..}, which proxies remove, or a slash, which they refuse or decode, or if
     * the path would be that of another resource.
     */
    String location(Map<String, AttributeValue> key) {
        Map<String, String> encoded = new LinkedHashMap<>();
        Map<String, String> texts = UriKey.write(key);
        texts.forEach((name, text) -> encoded.put(name, PercentEncoding.encode(text)));
        String path = base() + encoded.values().stream().map(text -> "/" + text).collect(Collectors.joining());
        boolean plain = texts.values().stream().allMatch(ItemPaths::isSegment)
                && paths.stream()
                        .filter(other -> other.length() > resource.path().length())
                        .noneMatch(other -> path.equals(other) || path.startsWith(other + "/"));
        return basePath
                + (plain
                        ? path
                        : resource.path()
                                + encoded.entrySet().stream()
                                        .map(entry -> PercentEncoding.encode(entry.getKey()) + "=" + entry.getValue())
                                        .collect(Collectors.joining("&", "?", "")));
    }

    private static boolean isSegment(String text) {
        return !text.equals(".")
                && !text.equals("..")
                && text.indexOf('/') < 0
                && text.indexOf('\\') < 0
                && text.chars().noneMatch(Character::isISOControl);
    }

    private String base() {
        return base(resource.path());
    }

    private static String base(String path) {
        return path.equals("/") ? "" : path;
    }
}
