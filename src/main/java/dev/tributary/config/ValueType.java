package dev.tributary.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the value of an option is read, and how it is described in errors and in the reference.
 *
 * @param expected what a value must be, after "expected"
 * @param example a value that is accepted
 * @param parser throws {@link IllegalArgumentException} for any other; a {@link RefusedValueException} if it can say why
 */
record ValueType(String expected, String example, Function<String, ?> parser) {

    /** The value, or empty if the text is not of this type. */
    Optional<Object> parse(String text) {
        try {
            return Optional.of(parser.apply(text));
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    /** What is wrong with a text that is not of this type; empty if it has to be told from what is expected. */
    Optional<String> refusal(String text) {
        try {
            Object read = parser.apply(text);
            throw new IllegalStateException("is of this type: " + read.getClass());
        } catch (RefusedValueException refused) {
            return Optional.ofNullable(refused.getMessage());
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    static ValueType of(Class<?> type, Option option) {
        if (type == String.class) {
            return described(option, "text", text -> text);
        }
        if (type == int.class || type == Integer.class) {
            return integer(option);
        }
        if (type == boolean.class) {
            return new ValueType("true or false", "true", ValueType::bool);
        }
        if (type == Duration.class) {
            return duration(option);
        }
        if (type == URI.class) {
            return described(option, "an http or https URL with nothing after its port", ValueType::endpoint);
        }
        if (type == Path.class) {
            return described(option, "the path of a file", Path::of);
        }
        if (type == Set.class) {
            return described(option, "names with commas between them", ValueType::names);
        }
        return parseMethod(type)
                .map(method -> described(option, "a " + type.getSimpleName(), text -> call(method, text)))
                .orElseGet(() -> oneOf(type, option));
    }

    private static ValueType described(Option option, String expected, Function<String, ?> parser) {
        Pattern pattern = Pattern.compile(option.pattern().isEmpty() ? "(?s).*" : option.pattern());
        return new ValueType(
                option.expected().isEmpty() ? expected : option.expected(),
                option.example().isEmpty() ? option.defaultValue() : option.example(),
                text -> {
                    require(pattern.matcher(text).matches());
                    return parser.apply(text);
                });
    }

    private static ValueType integer(Option option) {
        int min = Integer.parseInt(option.min());
        int max = Integer.parseInt(option.max());
        return described(option, "an integer from %d to %d".formatted(min, max), text -> {
            int value = Integer.parseInt(text);
            require(min <= value && value <= max);
            return value;
        });
    }

    private static ValueType duration(Option option) {
        Duration min = DurationText.parse(option.min());
        Duration max = DurationText.parse(option.max());
        return described(option, "a duration from %s to %s".formatted(option.min(), option.max()), text -> {
            Duration value = DurationText.parse(text);
            require(value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
            return value;
        });
    }

    /** The constants in lower case, with hyphens, read in any case. */
    private static ValueType oneOf(Class<?> type, Option option) {
        Object[] constants = type.getEnumConstants();
        if (constants == null) {
            throw new IllegalArgumentException("an option cannot be a " + type);
        }
        String all = Arrays.stream(constants).map(ValueType::written).collect(Collectors.joining(", "));
        return described(option, "one of " + all, text -> Arrays.stream(constants)
                .filter(constant -> written(constant).equalsIgnoreCase(text.replace('_', '-')))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new));
    }

    /** A constant as it is written. */
    static String text(Enum<?> constant) {
        return parseMethod(constant.getDeclaringClass()).isPresent() ? constant.toString() : written(constant);
    }

    private static String written(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static boolean bool(String text) {
        require(text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"));
        return Boolean.parseBoolean(text);
    }

    private static URI endpoint(String text) {
        URI uri = URI.create(text);
        String scheme = String.valueOf(uri.getScheme());
        require(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"));
        require(uri.getHost() != null && uri.getRawUserInfo() == null);
        require(uri.getRawQuery() == null && uri.getRawFragment() == null);
        require(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
        return uri;
    }

    private static Set<String> names(String text) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : text.split(",", -1)) {
            require(!name.isBlank());
            names.add(name.strip());
        }
        return Collections.unmodifiableSet(names);
    }

    private static Optional<Method> parseMethod(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals("parse")
                        && Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class}))
                .findFirst();
    }

    private static Object call(Method parse, String text) {
        try {
            return parse.invoke(null, text);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw new IllegalStateException(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("not of this type");
        }
    }
}
