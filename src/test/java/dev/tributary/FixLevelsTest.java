package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No library ships in a version that is known to be vulnerable; without the network, by {@code fix-levels.txt}. */
class FixLevelsTest {

    @Test
    void everyShippedLibraryIsAtItsFixLevel() throws IOException {
        List<FixLevel> levels = FixLevel.all();
        List<ShippedLibrary> libraries = ShippedLibrary.all();
        assertThat(libraries).hasSizeGreaterThan(50);
        assertThat(levels).anySatisfy(level -> assertThat(libraries)
                .anyMatch(library -> level.group().equals(library.group())));
        assertThat(libraries.stream()
                        .flatMap(library -> levels.stream().flatMap(level -> level.violation(library).stream())))
                .isEmpty();
    }

    @Test
    void anOlderVersionIsReportedWithItsFix() {
        FixLevel level = FixLevel.parse("io.netty:netty-handler 4.1.135.Final CVE-1 host name not verified");
        assertThat(level.violation(library("io.netty", "netty-handler", "4.1.130.Final")))
                .contains(
                        "io.netty:netty-handler 4.1.130.Final ships; 4.1.135.Final fixes CVE-1: host name not verified");
        assertThat(level.violation(library("io.netty", "netty-handler", "4.1.135.Final")))
                .isEmpty();
        assertThat(level.violation(library("io.netty", "netty-handler", "4.1.1000.Final")))
                .isEmpty();
        assertThat(level.violation(library("io.netty", "netty-codec", "4.1.1.Final")))
                .isEmpty();
        assertThat(level.violation(library("com.example", "netty-handler", "4.1.1.Final")))
                .isEmpty();
    }

    @Test
    void aStarStandsForEveryArtifactOfTheGroup() {
        FixLevel level = FixLevel.parse("io.netty:* 4.1.138.Final x y");
        assertThat(level.violation(library("io.netty", "netty-codec", "4.1.99.Final")))
                .isPresent();
        assertThat(level.violation(library("io.netty", "netty-codec", "4.1.138.Final")))
                .isEmpty();
    }

    @Test
    void aMalformedLineIsRefused() {
        assertThatThrownBy(() -> FixLevel.parse("io.netty:netty-handler 4.1.135.Final CVE-1"))
                .hasMessageContaining("expected '<group>:<artifact> <version> <id> <what>'");
    }

    private static ShippedLibrary library(String group, String artifact, String version) {
        return new ShippedLibrary(group, artifact, version, List.of("Apache-2.0"));
    }
}
