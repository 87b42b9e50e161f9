package dev.tributary.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.config.RefusedValueException;
import dev.tributary.projection.KeyTemplate.Literal;
import dev.tributary.projection.KeyTemplate.Placeholder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTemplateTest {

    @Test
    void textAndValuesTakeTurns() {
        assertThat(KeyTemplate.parse("user#{city}#{score:010}").parts())
                .containsExactly(
                        new Literal("user#"),
                        new Placeholder("city", 0),
                        new Literal("#"),
                        new Placeholder("score", 10));
    }

    @Test
    void aDoubledBraceIsABrace() {
        assertThat(KeyTemplate.parse("{{{a}}}").parts())
                .containsExactly(new Literal("{"), new Placeholder("a", 0), new Literal("}"));
    }

    @Test
    void aValueOfFixedWidthNeedsNoTextBehindIt() {
        assertThat(KeyTemplate.parse("{score:010}{player}").placeholders()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{city}#{email}", "a{{b}}{c:07}{d}", "{score:020}"})
    void aTemplateIsShownAsItWasWritten(String text) {
        assertThat(KeyTemplate.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            ''|all items would have the same key
            city|all items would have the same key
            {city|the { at character 1 has no other
            city}|the } at character 5 has no other
            {}|the { at character 1
            {a}{b}|two values without text between them
            {a}{b:03}|two values without text between them
            {a:039}|at most 38 digits
            {a:10}|{a:10} is no attribute
            {a:00}|{a:00} is no attribute
            {a:0100}|{a:0100} is no attribute
            {a:}|{a:} is no attribute
            { a }|{ a } is no attribute
            {a{b}}|character 1
            }{a}|character 1
            {a}\\{b}|two values without text between them
            """)
    void whatIsNoTemplateOrWouldLetValuesRunTogetherIsRefusedWithTheReason(String text, String reason) {
        assertThatExceptionOfType(RefusedValueException.class)
                .isThrownBy(() -> KeyTemplate.parse(text))
                .withMessageContaining(reason);
    }
}
