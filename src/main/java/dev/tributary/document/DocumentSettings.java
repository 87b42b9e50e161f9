package dev.tributary.document;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.model.AttributeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** How JSON documents become items. */
public record DocumentSettings(
        @Option(
                key = "type.<attribute>",
                expected = "one of S, N, B, BOOL, NULL, M, L, SS, NS, BS",
                example = "N",
                doc = "DynamoDB type the attribute is stored as. Without it: the type of its JSON value.")
        Map<String, AttributeType> type,

        @Option(key = "defaults.<attribute>", expected = "a value", example = "true", doc = """
                Value of the attribute where the request has none: read as its `type`, or else as JSON, or else as a string.
                `B` is written in base64; sets, lists and maps as JSON.""")
        Map<String, String> defaults,

        @Option(
                key = "required",
                expected = "attribute names with commas between them",
                example = "email,state",
                doc = "Attributes that every item has. A request without one of them, or with `null`, is refused.")
        Set<String> required,

        @Option(
                key = "allowed",
                expected = "attribute names with commas between them",
                example = "email,state",
                doc = "All attributes that a request may name, besides the key. Without it: any.")
        Optional<Set<String>> allowed,

        @Option(key = "generated.<attribute>", expected = GeneratedValue.EXPECTED, example = "uuid", doc = """
                Generates the value where a `POST` or `PUT` has none: `now` is in seconds since 1970, `now-iso` like
                `2026-01-31T12:00:00.000Z`. `uuid` suits a key attribute.""")
        Map<String, GeneratedValue> generated,

        @Option(key = "refreshed.<attribute>", expected = GeneratedValue.EXPECTED, example = "now+30m", doc = """
                Generates the value at every `POST`, `PUT` and `PATCH`, whatever the request has: the time of the last
                change, or a TTL that every change extends.""")
        Map<String, GeneratedValue> refreshed,

        @Option(key = "version", expected = "an attribute name", example = "version", doc = """
                Attribute, of type `N`, that every write of the endpoint counts up. It makes the `ETag` that `If-Match` and
                `If-None-Match` compare. Without it: no `ETag`.""")
        Optional<String> version)
        implements Checked {

    @Override
    public void check(CrossCheck check) {
        defaults.forEach((attribute, text) -> checkDefault(attribute, text, check));
        checkType("generated", generated, check);
        checkType("refreshed", refreshed, check);
        checkOneValue("generated", generated, "defaults", defaults, check);
        checkOneValue("refreshed", refreshed, "defaults", defaults, check);
        checkOneValue("refreshed", refreshed, "generated", generated, check);
        Set<String> forbidden = new TreeSet<>(required);
        forbidden.removeAll(allowed.orElse(required));
        forbidden.forEach(attribute -> check.report(
                "required",
                attribute,
                "is required, but not in " + check.label("allowed"),
                "add it there, or do not require it"));
        version.ifPresent(attribute -> checkVersion(attribute, check));
    }

    /** The keys that give the attribute a value without the client: those of a default and of generated values. */
    public List<String> serverValues(String attribute) {
        return Map.of("defaults", defaults, "generated", generated, "refreshed", refreshed).entrySet().stream()
                .filter(entry -> entry.getValue().containsKey(attribute))
                .map(entry -> entry.getKey() + "." + attribute)
                .sorted()
                .toList();
    }

    private void checkDefault(String attribute, String text, CrossCheck check) {
        AttributeType declared = type.get(attribute);
        if (declared != null && !ItemSchema.isDefault(text, declared)) {
            check.report(
                    "defaults." + attribute,
                    text,
                    "expected " + AttributeText.expected(declared) + ", as " + check.label("type." + attribute) + " is "
                            + declared,
                    "for example " + AttributeText.example(declared));
        }
    }

    private void checkType(String key, Map<String, GeneratedValue> values, CrossCheck check) {
        values.forEach((attribute, value) -> {
            AttributeType declared = type.get(attribute);
            if (declared != null && declared != value.type()) {
                check.report(
                        key + "." + attribute,
                        "makes a value of type " + value.type() + ", but " + check.label("type." + attribute) + " is "
                                + declared,
                        "remove one of them, or choose now for a number and now-iso or uuid for a string");
            }
        });
    }

    private static void checkOneValue(
            String key, Map<String, ?> values, String otherKey, Map<String, ?> others, CrossCheck check) {
        Set<String> both = new TreeSet<>(values.keySet());
        both.retainAll(others.keySet());
        both.forEach(attribute -> check.report(
                key + "." + attribute,
                "the attribute has " + check.label(otherKey + "." + attribute) + " too",
                "remove one of them"));
    }

    private void checkVersion(String attribute, CrossCheck check) {
        AttributeType declared = type.getOrDefault(attribute, AttributeType.N);
        if (declared != AttributeType.N) {
            check.report(
                    "version",
                    attribute,
                    "is a number, but " + check.label("type." + attribute) + " is " + declared,
                    "remove that type");
        }
        for (String key : serverValues(attribute)) {
            check.report(
                    "version",
                    attribute,
                    "is counted by the endpoint, but has " + check.label(key) + " too",
                    "remove that");
        }
        if (required.contains(attribute)) {
            check.report(
                    "version",
                    attribute,
                    "is counted by the endpoint, but " + check.label("required") + " asks it of requests",
                    "take it out there");
        }
    }
}
