package dev.tributary.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.config.Configuration;
import dev.tributary.model.AttributeType;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentSettingsTest {

    @ParameterizedTest
    @EnumSource(AttributeType.class)
    void exampleOfEachTypeIsAcceptedAsADefault(AttributeType type) throws Exception {
        String example = AttributeText.example(type);

        DocumentSettings settings =
                Configuration.of(DocumentSettings.class, Map.of("type.it", type.name(), "defaults.it", example));

        assertThat(settings.defaults()).isEqualTo(Map.of("it", example));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uuid", "now", "now-iso", "now+30m", "now-iso+90s", "now+48h", "now+250ms"})
    void aGeneratedValueIsShownAsItWasWritten(String text) {
        assertThat(GeneratedValue.parse(text)).hasToString(text);
    }
}
