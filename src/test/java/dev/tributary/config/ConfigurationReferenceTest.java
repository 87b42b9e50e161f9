package dev.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationReferenceTest {

    private static final Path PAGE = Path.of("src/docs/configuration.md");
    private static final String REWRITE = "mvn -q test -Dtest=ConfigurationReferenceTest -Dtributary.write-docs=true";

    @Test
    void pageInTheDocumentsIsWhatTheKeysSay() throws IOException {
        if (Boolean.getBoolean("tributary.write-docs")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, ConfigurationReference.markdown());
        }
        assertThat(PAGE)
                .as("%s is not what the keys in the code say; rewrite it with: %s", PAGE, REWRITE)
                .hasContent(ConfigurationReference.markdown());
    }

    @ParameterizedTest
    @MethodSource("dev.tributary.config.Keys#all")
    void exampleAndDefaultOfEachKeyAreAccepted(Key<?> key) {
        assertThat(key.type().parse(key.type().example())).isPresent();
        key.fallback()
                .ifPresent(text -> assertThat(key.type().parse(text)).as(text).isPresent());
        assertThat(key.meaning()).endsWith(".").doesNotContain("|");
    }
}
