package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The container image and the systemd unit agree with each other. */
class DeploymentFilesTest {

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String dockerfile = text("Dockerfile");
    private final String unit = text("config/systemd/tributary.service");

    @Test
    void imageAndUnitRunTheSameCommand() {
        String run = "run --config /etc/tributary/tributary.properties";
        assertThat(words(instruction("CMD"))).isEqualTo(run);
        assertThat(unit).contains("\nExecStart=" + words(instruction("ENTRYPOINT")) + " " + run + "\n");
    }

    /** Only a declared volume keeps the owner and mode of the image's directory under a read-only root file system. */
    @Test
    void whatTheContainerMayWriteIsAVolume() {
        assertThat(words(instruction("VOLUME"))).isEqualTo("/tmp");
        assertThat(instruction("WORKDIR")).isEqualTo("/tmp");
    }

    @Test
    void crashReportOfAContainerGoesToItsLog() {
        assertThat(instruction("ENV")).contains("-XX:+ErrorFileToStdout");
    }

    /**
     * Changes of the README must not invalidate the build stage. Tests are needed: the daemon that {@link StartupClasses}
     * runs is theirs.
     */
    @Test
    void imageIsBuiltFromWhatTheBuildReadsAlone() {
        List<String> sources = copied(dockerfile.substring(0, finalStage()));
        assertThat(sources).containsExactly("mvnw", "pom.xml", "LICENSE", ".mvn", "src/main", "src/test");
        assertThat(text(".dockerignore").lines().filter(line -> line.startsWith("!")))
                .as("exceptions in .dockerignore: what the build copies, and the configuration")
                .containsExactlyInAnyOrder(
                        "!mvnw", "!pom.xml", "!LICENSE", "!.mvn", "!src/main", "!src/test", "!config");
    }

    @Test
    void librariesAreALayerBelowOurJar() {
        assertThat(copied(dockerfile.substring(finalStage()))).containsExactly("/libraries", "config", "/tributary");
    }

    @Test
    void imageIsLabelledWithVersionRevisionAndSource() {
        Matcher version = Pattern.compile("<artifactId>tributary</artifactId>\\s+<version>(.+)</version>")
                .matcher(text("pom.xml"));
        assertThat(version.find()).isTrue();
        assertThat(dockerfile)
                .contains("\nARG VERSION=" + version.group(1) + "\n")
                .contains("image.version=\"$VERSION\"", "image.revision=\"$REVISION\"", "image.source=\"$SOURCE\"");
    }

    @Test
    void imageRunsAsANumberedUserThatIsNotRoot() {
        assertThat(instruction("USER")).matches("[1-9]\\d*:[1-9]\\d*");
    }

    @Test
    void errorsThatARestartCannotCureAreNotRestarted() {
        assertThat(unit).contains("\nRestart=on-failure\n", "\nRestartPreventExitStatus=2 3\n");
    }

    private int finalStage() {
        return dockerfile.lastIndexOf("\nFROM ");
    }

    /** The sources of all COPY instructions. */
    private static List<String> copied(String stage) {
        List<String> sources = new ArrayList<>();
        for (String line : stage.lines().filter(l -> l.startsWith("COPY ")).toList()) {
            List<String> words = List.of(
                    line.substring("COPY ".length()).replaceAll("--\\S+ ", "").split(" "));
            sources.addAll(words.subList(0, words.size() - 1));
        }
        return sources;
    }

    /** The instruction's last occurrence at the start of a line: that of the final stage. */
    private String instruction(String name) {
        Matcher matcher = Pattern.compile("(?m)^" + name + " (.*)$").matcher(dockerfile);
        Optional<String> last = Optional.empty();
        while (matcher.find()) {
            last = Optional.of(matcher.group(1));
        }
        return last.orElseThrow(() -> new AssertionError("Dockerfile has no " + name));
    }

    /** An array of strings as in Docker's exec form, joined by blanks. */
    private static String words(String array) {
        try {
            return String.join(" ", texts(STRICT.readTree(array)));
        } catch (IOException e) {
            throw new AssertionError("not in exec form: " + array, e);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }
}
