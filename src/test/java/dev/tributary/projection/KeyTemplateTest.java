package dev.tributary.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tributary.projection.KeyTemplate.Literal;
import dev.tributary.projection.KeyTemplate.Placeholder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    @ValueSource(
            strings = {
                "",
                "city",
                "{city",
                "city}",
                "{}",
                "{a}{b}",
                "{a}{b:03}",
                "{a:039}",
                "{a:10}",
                "{a:00}",
                "{a:0100}",
                "{a:}",
                "{ a }",
                "{a{b}}",
                "}{a}",
                "{a}\\{b}"
            })
    void whatIsNoTemplateOrWouldLetValuesRunTogetherIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> KeyTemplate.parse(text));
    }
}
