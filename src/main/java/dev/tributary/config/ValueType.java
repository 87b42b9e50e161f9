package dev.tributary.config;

import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a value is read, and how it is described to who gets it wrong.
 *
 * @param expected what a value must be, after "expected"
 * @param example a value that is accepted
 * @param parser throws {@link IllegalArgumentException}, {@link ArithmeticException} or {@link DateTimeException} for
 *     any other
 */
record ValueType<T>(String expected, String example, Function<String, T> parser) {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Pattern GENERATED = Pattern.compile("uuid|(?<time>now|now-iso)(\\+(?<offset>.+))?");

    /** A hundred years: what is longer is a mistake. */
    private static final Duration MAX_OFFSET = Duration.ofDays(36_525);

    private static final Set<AttributeType> KEY_TYPES = Set.of(AttributeType.S, AttributeType.N, AttributeType.B);

    /** The value, or empty if the text is not of this type. */
    Optional<T> parse(String text) {
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException refused) {
            return Optional.empty(); // Whoever asks knows the key, and says what was expected.
        }
    }

    static ValueType<String> text(String expected, String example, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return new ValueType<>(expected, example, text -> {
            require(pattern.matcher(text).matches());
            return text;
        });
    }

    static ValueType<Integer> integer(int min, int max, int example) {
        return new ValueType<>("an integer from %d to %d".formatted(min, max), String.valueOf(example), text -> {
            int value = Integer.parseInt(text);
            require(min <= value && value <= max);
            return value;
        });
    }

    static ValueType<Boolean> bool() {
        return new ValueType<>("true or false", "true", text -> {
            require(text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"));
            return Boolean.valueOf(text);
        });
    }

    static ValueType<Duration> duration(String min, String max, String example) {
        Duration least = duration(min);
        Duration most = duration(max);
        return new ValueType<>("a duration from %s to %s".formatted(min, max), example, text -> {
            Duration value = duration(text);
            require(value.compareTo(least) >= 0 && value.compareTo(most) <= 0);
            return value;
        });
    }

    /** The constants in lower case, with hyphens, read in any case. */
    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type, E example) {
        return oneOf(type, example, constant -> constant.name()
                .toLowerCase(Locale.ROOT)
                .replace('_', '-'));
    }

    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type, E example, Function<E, String> written) {
        String all = Arrays.stream(type.getEnumConstants()).map(written).collect(Collectors.joining(", "));
        return new ValueType<>(
                "one of " + all,
                written.apply(example),
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')));
    }

    static ValueType<URI> endpoint() {
        return new ValueType<>("an http or https URL with nothing after its port", "http://127.0.0.1:8000", text -> {
            URI uri = URI.create(text);
            String scheme = String.valueOf(uri.getScheme());
            require(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"));
            require(uri.getHost() != null && uri.getRawUserInfo() == null);
            require(uri.getRawQuery() == null && uri.getRawFragment() == null);
            require(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
            return uri;
        });
    }

    static ValueType<Path> path(String example) {
        return new ValueType<>("the path of a directory", example, Path::of);
    }

    static ValueType<Path> file(String example) {
        return new ValueType<>("the path of a file", example, text -> {
            require(!text.endsWith("/"));
            return Path.of(text);
        });
    }

    static ValueType<Set<String>> attributeNames() {
        return new ValueType<>("attribute names with commas between them", "email,state", text -> {
            Set<String> names = new LinkedHashSet<>();
            for (String name : text.split(",", -1)) {
                require(!name.isBlank());
                names.add(name.strip());
            }
            return Collections.unmodifiableSet(names);
        });
    }

    static ValueType<KeySchema> keySchema() {
        return new ValueType<>("name:type or name:type, name:type, with the types S, N or B", "email:S", text -> {
            List<KeyAttribute> attributes = Arrays.stream(text.split(",", -1))
                    .map(ValueType::keyAttribute)
                    .toList();
            require(attributes.size() <= 2);
            KeyAttribute partition = attributes.get(0);
            Optional<KeyAttribute> sort = attributes.stream().skip(1).findFirst();
            require(sort.isEmpty() || !sort.get().name().equals(partition.name()));
            return new KeySchema(partition, sort);
        });
    }

    static ValueType<KeyTemplate> keyTemplate() {
        return new ValueType<>(
                "text with attribute names in braces, and between any two of them text that does not begin with \\ ({{ and }} are plain"
                        + " braces)",
                "{city}#{email}",
                KeyTemplate::parse);
    }

    static ValueType<GeneratedValue> generated(String example) {
        return new ValueType<>(
                "uuid, now or now-iso, the latter two with + and a duration after them if needed", example, text -> {
                    Matcher matcher = GENERATED.matcher(text);
                    require(matcher.matches());
                    if (matcher.group("time") == null) {
                        return new GeneratedValue(GeneratedValue.Kind.UUID, Duration.ZERO);
                    }
                    Duration offset =
                            matcher.group("offset") == null ? Duration.ZERO : duration(matcher.group("offset"));
                    require(!offset.isNegative() && offset.compareTo(MAX_OFFSET) <= 0);
                    return new GeneratedValue(
                            matcher.group("time").equals("now") ? GeneratedValue.Kind.NOW : GeneratedValue.Kind.NOW_ISO,
                            offset);
                });
    }

    private static KeyAttribute keyAttribute(String text) {
        int colon = text.lastIndexOf(':');
        require(colon > 0);
        String name = text.substring(0, colon).strip();
        AttributeType type =
                AttributeType.valueOf(text.substring(colon + 1).strip().toUpperCase(Locale.ROOT));
        require(!name.isEmpty() && KEY_TYPES.contains(type));
        return new KeyAttribute(name, type);
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Duration.parse(text);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("not of this type");
        }
    }
}
