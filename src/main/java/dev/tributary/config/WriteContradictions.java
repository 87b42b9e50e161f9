package dev.tributary.config;

import java.util.HashMap;
import java.util.Map;
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
        }
    }
}
