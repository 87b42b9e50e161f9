package dev.tributary.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a component of a settings record an option of the configuration.
 *
 * <p>The type of the component says how the value is read, and whether the key is required:
 *
 * <ul>
 *   <li>{@code Optional<V>} and {@code Set<String>} may be left out; {@code Map<String, V>} holds the value of each key
 *       that fits {@link #key()};
 *   <li>any other type has a {@link #defaultValue()}, or the key is required;
 *   <li>{@code V} is {@code String}, {@code int}, {@code boolean}, {@code Duration}, {@code URI}, {@code Path},
 *       {@code Set<String>} (with commas between the names), an enum, or a class of ours with a static method
 *       {@code parse(String)} that throws {@link IllegalArgumentException} for what it refuses.
 * </ul>
 */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Option {

    /** The key within its section; that of a map ends with a placeholder, such as {@code type.<attribute>}. */
    String key();

    /** The value of a key that is not given, as it would be written; empty if there is none. */
    String defaultValue() default "";

    /** The smallest integer or duration, as it would be written. */
    String min() default "";

    /** The greatest integer or duration, as it would be written. */
    String max() default "";

    /** A regular expression that the whole text matches. */
    String pattern() default "";

    /** What a value must be, after "expected" in an error; may be left out where the type and the range say it. */
    String expected() default "";

    /** A value that is accepted; may be left out where there is a default. */
    String example() default "";

    /** Whether the value is kept from people who see the configuration in use. */
    boolean hidden() default false;

    /** What the option does, in Markdown, for the reference; ends with a full stop. */
    String doc();
}
