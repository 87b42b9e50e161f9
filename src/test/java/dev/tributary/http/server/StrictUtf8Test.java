package dev.tributary.http.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictUtf8Test {

    @ParameterizedTest
    @CsvSource({
        "C0AF, 1", // a slash in two bytes
        "22C080, 2",
        "E080AF, 1",
        "EDA080, 1", // half a surrogate pair
        "F4908080, 1",
        "FF, 1",
        "7B7DC3, 3",
        "7B007D, 2"
    })
    void malformedUtf8IsRefusedWithItsPosition(String hex, int place) {
        assertThat(StrictUtf8.refusal(HexFormat.of().parseHex(hex)))
                .hasValueSatisfying(refusal -> assertThat(refusal.detail())
                        .isEqualTo("Expected UTF-8; byte %d of the document is not.".formatted(place)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "UTF-32LE"})
    void otherEncodingsOfUnicodeAreRefused(String charset) {
        assertThat(StrictUtf8.refusal("{\"id\":\"a\"}".getBytes(Charset.forName(charset))))
                .isPresent();
    }

    @Test
    void charactersOfAnyLengthAreAcceptedAtAnyPosition() {
        assertThat(StrictUtf8.refusal(new byte[0])).isEmpty();
        for (int before = 4090; before < 4100; before++) {
            assertThat(StrictUtf8.refusal(("x".repeat(before) + "é€😀".repeat(3000)).getBytes(UTF_8)))
                    .isEmpty();
        }
    }
}
