package dev.tributary.config;

import dev.tributary.model.AttributeType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Reports what is wrong between the keys of the write routes. */
final class WriteContradictions extends Reports {

    WriteContradictions(Values values, Consumer<ConfigError> errors) {
        super(values, errors);
    }

    void check() {
        Map<String, String> paths = new HashMap<>();
        for (String write : values.names(WriteKeys.TABLE)) {
            values.find(WriteKeys.PATH, write).ifPresent(path -> {
                if (path.equals(HttpSettings.DESCRIPTION_PATH)) {
                    report(
                            WriteKeys.PATH,
                            path,
                            "is where the endpoint describes its routes",
                            "give the write route another path",
                            write);
                }
                String before = paths.putIfAbsent(path, write);
                if (before != null) {
                    report(
                            WriteKeys.PATH,
                            path,
                            "is the path of write route " + before + " too",
                            "give each write route a path of its own",
                            write);
                }
            });
            Map<String, AttributeType> types = values.all(WriteKeys.TYPE, write);
            values.all(WriteKeys.DEFAULTS, write).forEach((attribute, text) -> {
                AttributeType type = types.get(attribute);
                if (type != null && !AttributeText.isOf(type, text)) {
                    report(
                            WriteKeys.DEFAULTS,
                            text,
                            "expected " + AttributeText.expected(type) + ", as "
                                    + values.label(WriteKeys.TYPE, write, attribute) + " is " + type,
                            "for example " + AttributeText.example(type),
                            write,
                            attribute);
                }
            });
            checkTypeOfMade(WriteKeys.GENERATED, types, write);
            checkTypeOfMade(WriteKeys.REFRESHED, types, write);
            checkMadeOnce(WriteKeys.GENERATED, WriteKeys.DEFAULTS, write);
            checkMadeOnce(WriteKeys.REFRESHED, WriteKeys.DEFAULTS, write);
            checkMadeOnce(WriteKeys.REFRESHED, WriteKeys.GENERATED, write);
            checkRequired(write);
            checkVersion(types, write);
            checkIdempotency(types, write);
        }
    }

    private void checkTypeOfMade(Key<GeneratedValue> key, Map<String, AttributeType> types, String write) {
        values.all(key, write).forEach((attribute, made) -> {
            AttributeType type = types.get(attribute);
            if (type != null && type != made.type()) {
                report(
                        values.label(key, write, attribute),
                        "makes a value of type " + made.type() + ", but "
                                + values.label(WriteKeys.TYPE, write, attribute) + " is " + type,
                        "remove one of them, or choose now for a number and now-iso or uuid for a string");
            }
        });
    }

    private void checkMadeOnce(Key<GeneratedValue> key, Key<?> other, String write) {
        Set<String> both = new TreeSet<>(values.all(key, write).keySet());
        both.retainAll(values.all(other, write).keySet());
        for (String attribute : both) {
            report(
                    values.label(key, write, attribute),
                    "the attribute has " + values.label(other, write, attribute) + " too",
                    "remove one of them");
        }
    }

    private void checkRequired(String write) {
        values.find(WriteKeys.ALLOWED, write)
                .ifPresent(allowed -> values.find(WriteKeys.REQUIRED, write).orElse(Set.of()).stream()
                        .filter(attribute -> !allowed.contains(attribute))
                        .sorted()
                        .forEach(attribute -> report(
                                WriteKeys.REQUIRED,
                                attribute,
                                "is required, but not in " + values.label(WriteKeys.ALLOWED, write),
                                "add it there, or do not require it",
                                write)));
    }

    private void checkIdempotency(Map<String, AttributeType> types, String write) {
        String attribute = values.find(WriteKeys.IDEMPOTENCY_ATTRIBUTE, write).orElse(null);
        if (attribute == null) {
            return;
        }
        values.find(WriteKeys.IDEMPOTENCY, write)
                .filter(policy -> policy == IdempotencyPolicy.OFF)
                .ifPresent(policy -> report(
                        WriteKeys.IDEMPOTENCY_ATTRIBUTE,
                        attribute,
                        "has no effect, as " + values.label(WriteKeys.IDEMPOTENCY, write) + " is off",
                        "remove one of them",
                        write));
        AttributeType type = types.getOrDefault(attribute, AttributeType.S);
        if (type != AttributeType.S && type != AttributeType.N) {
            report(
                    WriteKeys.IDEMPOTENCY_ATTRIBUTE,
                    attribute,
                    "a key is a string or a number, but " + values.label(WriteKeys.TYPE, write, attribute) + " is "
                            + type,
                    "name another attribute",
                    write);
        }
        for (Key<?> key : List.<Key<?>>of(WriteKeys.DEFAULTS, WriteKeys.GENERATED, WriteKeys.REFRESHED)) {
            if (values.all(key, write).containsKey(attribute)) {
                report(
                        WriteKeys.IDEMPOTENCY_ATTRIBUTE,
                        attribute,
                        "is the client's to choose, but has " + values.label(key, write, attribute) + " too",
                        "remove that, or name another attribute",
                        write);
            }
        }
        if (values.find(WriteKeys.VERSION, write).filter(attribute::equals).isPresent()) {
            report(
                    WriteKeys.IDEMPOTENCY_ATTRIBUTE,
                    attribute,
                    "is the client's to choose, but " + values.label(WriteKeys.VERSION, write) + " counts it up",
                    "name another attribute",
                    write);
        }
    }

    private void checkVersion(Map<String, AttributeType> types, String write) {
        String version = values.find(WriteKeys.VERSION, write).orElse(null);
        if (version == null) {
            values.find(WriteKeys.PRECONDITION, write)
                    .filter(policy -> policy == PreconditionPolicy.REQUIRED)
                    .ifPresent(policy -> report(
                            WriteKeys.PRECONDITION,
                            "required",
                            "a request can only name a version if there is one",
                            "set " + values.label(WriteKeys.VERSION, write) + " to the name of an attribute",
                            write));
            return;
        }
        if (types.getOrDefault(version, AttributeType.N) != AttributeType.N) {
            report(
                    WriteKeys.VERSION,
                    version,
                    "is a number, but " + values.label(WriteKeys.TYPE, write, version) + " is " + types.get(version),
                    "remove that type",
                    write);
        }
        for (Key<?> key : List.<Key<?>>of(WriteKeys.DEFAULTS, WriteKeys.GENERATED, WriteKeys.REFRESHED)) {
            if (values.all(key, write).containsKey(version)) {
                report(
                        WriteKeys.VERSION,
                        version,
                        "is counted by the endpoint, but has " + values.label(key, write, version) + " too",
                        "remove that",
                        write);
            }
        }
        if (values.find(WriteKeys.REQUIRED, write).orElse(Set.of()).contains(version)) {
            report(
                    WriteKeys.VERSION,
                    version,
                    "is counted by the endpoint, but " + values.label(WriteKeys.REQUIRED, write)
                            + " asks it of requests",
                    "take it out there",
                    write);
        }
    }
}
