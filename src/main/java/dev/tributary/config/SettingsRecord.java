package dev.tributary.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A settings record at its place in the configuration: the keys that it declares, and the record made of their values.
 *
 * @param type the record
 * @param prefix what its keys begin with, with the dot behind it; empty for the root
 * @param anyNames the placeholders in the prefix that stand for names with any characters
 */
record SettingsRecord(Class<?> type, String prefix, Set<String> anyNames) {

    /** The keys under one heading of the reference. */
    record Heading(String title, String intro, List<ConfigKey> keys) {}

    static SettingsRecord root(Class<? extends Record> type) {
        return new SettingsRecord(type, "", Set.of());
    }

    ConfigKeys keys() {
        return new ConfigKeys(
                headings().stream().flatMap(heading -> heading.keys().stream()).toList());
    }

    /** All keys under their headings: those of the record itself, then those of its sections. */
    List<Heading> headings() {
        List<Heading> headings = new ArrayList<>();
        addTo(headings);
        return headings;
    }

    private void addTo(List<Heading> headings) {
        Section section = type.getAnnotation(Section.class);
        if (headings.isEmpty() || (section != null && !section.title().isEmpty())) {
            String title = section == null ? "" : section.title();
            headings.add(new Heading(title, section == null ? "" : section.intro(), new ArrayList<>()));
        }
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(Option.class)) {
                headings.get(headings.size() - 1).keys().add(key(component));
            } else {
                section(component).addTo(headings);
            }
        }
    }

    /**
     * The record of these values, with each section in it checked.
     *
     * @param names the names that stand for the placeholders of the prefix
     */
    Object bind(List<String> names, ConfigValues values, Consumer<ConfigError> errors) {
        Object[] components = Arrays.stream(type.getRecordComponents())
                .map(component -> component.isAnnotationPresent(Option.class)
                        ? value(component, names, values)
                        : section(component, names, values, errors))
                .toArray();
        Object settings = construct(components);
        if (settings instanceof Checked checked) {
            String name = ConfigKey.name(prefix.replaceFirst("\\.$", ""), names);
            checked.check(new CrossCheck(name, values, errors));
        }
        return settings;
    }

    private Object section(
            RecordComponent component, List<String> names, ConfigValues values, Consumer<ConfigError> errors) {
        SettingsRecord section = section(component);
        if (component.getType() != Map.class) {
            return section.bind(names, values, errors);
        }
        return byName(
                values.names(section.prefix, names),
                name -> Optional.of(section.bind(append(names, name), values, errors)));
    }

    private Object value(RecordComponent component, List<String> names, ConfigValues values) {
        ConfigKey key =
                values.key(prefix + component.getAnnotation(Option.class).key());
        if (component.getType() == Map.class) {
            return byName(values.names(key.pattern(), names), name -> values.find(key, append(names, name)));
        }
        Optional<Object> value = values.find(key, names);
        if (component.getType() == Optional.class) {
            return value;
        }
        return value.orElseGet(() -> component.getType() == Set.class ? Set.of() : key.substitute());
    }

    /** An immutable map in the order of the names. */
    private static Map<String, Object> byName(List<String> names, Function<String, Optional<Object>> value) {
        Map<String, Object> map = new LinkedHashMap<>();
        names.forEach(name -> value.apply(name).ifPresent(found -> map.put(name, found)));
        return Collections.unmodifiableMap(map);
    }

    private static List<String> append(List<String> names, String name) {
        return Stream.concat(names.stream(), Stream.of(name)).toList();
    }

    private ConfigKey key(RecordComponent component) {
        Option option = component.getAnnotation(Option.class);
        Class<?> raw = component.getType();
        boolean optional = raw == Optional.class || raw == Map.class || raw == Set.class;
        Set<String> any = new HashSet<>(anyNames);
        any.addAll(ConfigKey.placeholders(option.key()));
        return new ConfigKey(
                prefix + option.key(),
                any,
                ValueType.of(valueType(component), option),
                !optional && option.defaultValue().isEmpty(),
                Optional.of(option.defaultValue()).filter(text -> !text.isEmpty()),
                option.hidden(),
                option.doc());
    }

    private SettingsRecord section(RecordComponent component) {
        Class<?> record = valueType(component);
        if (!record.isRecord()) {
            throw new IllegalStateException(component + " has no @Option");
        }
        Section section = record.getAnnotation(Section.class);
        if (section == null || section.prefix().isEmpty()) {
            return new SettingsRecord(record, prefix, anyNames);
        }
        Set<String> any = new HashSet<>(anyNames);
        if (section.anyName()) {
            any.addAll(ConfigKey.placeholders(section.prefix()));
        }
        return new SettingsRecord(record, prefix + section.prefix() + ".", any);
    }

    /** The V of {@code Optional<V>} and {@code Map<String, V>}; the type itself of any other component. */
    private static Class<?> valueType(RecordComponent component) {
        if (component.getType() != Optional.class && component.getType() != Map.class) {
            return component.getType();
        }
        Type[] arguments = ((ParameterizedType) component.getGenericType()).getActualTypeArguments();
        Type value = arguments[arguments.length - 1];
        return (Class<?>) (value instanceof ParameterizedType generic ? generic.getRawType() : value);
    }

    private Object construct(Object... components) {
        try {
            Constructor<?> constructor = type.getConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            return constructor.newInstance(components);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a settings record and its constructor are public, and take any value", e);
        }
    }
}
