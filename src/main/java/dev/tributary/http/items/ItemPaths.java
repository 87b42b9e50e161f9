package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.PercentEncoding;
import dev.tributary.http.server.Query;
import dev.tributary.items.Resource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Where the items of a route are: under its path, with a segment for each key attribute, or at its path, with the key
 * attributes as a query. The second is for keys that a path cannot carry.
 */
public final class ItemPaths {

    private final Resource route;
    private final Set<String> paths;
    private final String basePath;

    /**
     * @param paths those of all routes: an item cannot be where a route is
     * @param basePath what callers have in front of the paths, and a proxy takes off; may be empty
     */
    public ItemPaths(Resource route, Set<String> paths, String basePath) {
        this.route = route;
        this.paths = paths;
        this.basePath = basePath;
    }

    /** The route's own path. */
    public String collection() {
        return route.path();
    }

    /** The pattern of its items' paths, as the router takes it. */
    public String item() {
        return base() + "/{partition}" + (route.keyNames().size() == 1 ? "" : "/{sort}");
    }

    /**
     * The pattern of what else is under its path, where it could be taken for an item of a route whose path is shorter:
     * {@code /cities/x} names no city if a city has two key attributes, and must not name an item of {@code /} instead.
     */
    public Optional<String> rest() {
        boolean within = paths.stream()
                .anyMatch(other -> other.length() < route.path().length()
                        && (other.equals("/") || route.path().startsWith(other + "/")));
        return within ? Optional.of(base() + "/**") : Optional.empty();
    }

    /** The pattern of its items' paths for people, with the names of the attributes. */
    public String described() {
        return route.keyNames().stream().map(name -> "/{" + name + "}").collect(Collectors.joining("", base(), ""));
    }

    /** Whether the request names an item, and not the collection. */
    public boolean namesItem(Exchange exchange) {
        return exchange.pattern().hasVariables() || exchange.query() != null;
    }

    /** The key that the request names. */
    Map<String, AttributeValue> key(Exchange exchange, Query query) throws RefusedException {
        List<String> names = route.keyNames();
        Map<String, String> texts = new HashMap<>();
        if (exchange.pattern().hasVariables()) {
            List<String> segments = segments(exchange);
            for (int i = 0; i < names.size(); i++) {
                texts.put(names.get(i), segments.get(segments.size() - names.size() + i));
            }
        } else {
            names.forEach(name -> texts.put(name, query.take(name)));
        }
        return route.key(texts);
    }

    /**
     * Whether the path, decoded, begins like that of another route, deeper than this one. The router goes by the path as it
     * came, and does not see an encoded letter as that letter.
     */
    public boolean isUnderAnotherRoute(Exchange exchange) {
        String path = String.join("/", segments(exchange)) + "/";
        return paths.stream()
                .filter(other -> other.length() > route.path().length())
                .anyMatch(other -> path.startsWith(other + "/"));
    }

    /** Decoded by ourselves, from the request as it came: the router's way replaces what it cannot read. */
    private static List<String> segments(Exchange exchange) {
        String path = exchange.path();
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return List.of(trimmed.split("/", -1)).stream().map(Query::decodeUri).toList();
    }

    /**
     * The item's own URI reference.
     *
     * <p>Proxies drop {@code ..} and refuse or decode {@code %2F} in a path, and what looks like another route's path
     * would lead there: such keys are in the query.
     */
    String location(Map<String, AttributeValue> key) {
        Map<String, String> encoded = new LinkedHashMap<>();
        Map<String, String> texts = Resource.texts(key);
        texts.forEach((name, text) -> encoded.put(name, PercentEncoding.encode(text)));
        String path = base() + encoded.values().stream().map(text -> "/" + text).collect(Collectors.joining());
        boolean plain = texts.values().stream().allMatch(ItemPaths::isSegment)
                && paths.stream()
                        .filter(other -> other.length() > route.path().length())
                        .noneMatch(other -> path.equals(other) || path.startsWith(other + "/"));
        return basePath
                + (plain
                        ? path
                        : route.path()
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
        return route.path().equals("/") ? "" : route.path();
    }
}
