package dev.tributary.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The values of a settings record that differ from the defaults, by their keys, for people. */
public final class EffectiveValues {

    /** Stands for a value that is not shown. */
    public static final String HIDDEN = "(hidden)";

    private final List<Value> values = new ArrayList<>();

    /** A key and its value, or {@link #HIDDEN}. */
    public record Value(String key, String text) {}

    private EffectiveValues() {}

    /** The values in the order of the reference. */
    public static List<Value> of(Record settings) {
        EffectiveValues found = new EffectiveValues();
        found.addAll(settings, "", List.of());
        return found.values;
    }

    private void addAll(Object settings, String prefix, List<String> names) {
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            Object value = value(component, settings);
            Option option = component.getAnnotation(Option.class);
            if (option != null) {
                add(option, component.getType(), value, prefix, names);
            } else if (value instanceof Map<?, ?> sections) {
                sections.forEach(
                        (name, section) -> addAll(section, prefix + prefix(section), append(names, name.toString())));
            } else {
                addAll(value, prefix + prefix(value), names);
            }
        }
    }

    private void add(Option option, Class<?> type, Object value, String prefix, List<String> names) {
        String pattern = prefix + option.key();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, one) ->
                    values.add(new Value(ConfigKey.name(pattern, append(names, name.toString())), text(option, one))));
            return;
        }
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(given -> values.add(new Value(ConfigKey.name(pattern, names), text(option, given))));
        } else if (!isDefault(option, type, value)) {
            values.add(new Value(ConfigKey.name(pattern, names), text(option, value)));
        }
    }

    private static boolean isDefault(Option option, Class<?> type, Object value) {
        if (value instanceof Collection<?> several) {
            return several.isEmpty();
        }
        return !option.defaultValue().isEmpty()
                && ValueType.of(type, option)
                        .parse(option.defaultValue())
                        .filter(value::equals)
                        .isPresent();
    }

    private static String text(Option option, Object value) {
        if (option.hidden()) {
            return HIDDEN;
        }
        if (value instanceof Enum<?> constant) {
            return ValueType.text(constant);
        }
        return value instanceof Collection<?> several
                ? several.stream().map(Object::toString).collect(Collectors.joining(", "))
                : value.toString();
    }

    private static String prefix(Object section) {
        Section declared = section.getClass().getAnnotation(Section.class);
        return declared == null || declared.prefix().isEmpty() ? "" : declared.prefix() + ".";
    }

    private static List<String> append(List<String> names, String name) {
        return Stream.concat(names.stream(), Stream.of(name)).toList();
    }

    private static Object value(RecordComponent component, Object settings) {
        try {
            return component.getAccessor().invoke(settings);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a settings record and its accessors are public: " + component, e);
        }
    }
}
