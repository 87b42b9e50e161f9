package dev.tributary.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Places the options of a settings record in the configuration.
 *
 * <p>A component without {@link Option} is a section: a record, whose keys begin with its prefix, or a map of such
 * records, whose prefix ends with a placeholder for the name, such as {@code source.<source>}. A record without this
 * annotation adds nothing to the keys of the record that it is in.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Section {

    /** What its keys begin with, behind the prefix of the section that it is in. */
    String prefix() default "";

    /** Whether its name may have any characters: that of a thing which exists, such as a table. */
    boolean anyName() default false;

    /** Its heading in the reference; empty if its keys stand under the heading before. */
    String title() default "";

    /** What stands under the heading, in Markdown. */
    String intro() default "";
}
