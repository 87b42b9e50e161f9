package dev.tributary;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The classes, tests and methods that the documents name exist. */
class DocumentedNamesTest {

    /** {@code Name} or {@code Name.member} in backticks, or {@code Name.member} anywhere, such as in a diagram. */
    private static final Pattern NAME =
            Pattern.compile("`([A-Z]\\w*[a-z]\\w*)(?:\\.(\\w+))?`|\\b([A-Z]\\w*[a-z]\\w*)\\.([a-zA-Z]\\w{3,})\\b");

    private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|record|enum) (\\w+)");

    /** Names of DynamoDB operations and HTTP fields. */
    private static final Set<String> OTHERS =
            Set.of("BatchWriteItem", "PutItem", "TransactWriteItems", "ETag", "Host", "Location", "Origin", "Error");

    /** Source text by the types that it declares. */
    private static final Map<String, String> SOURCES = sources();

    @ParameterizedTest
    @ValueSource(strings = {"design.md", "guarantees.md"})
    void namesInTheDocumentsExist(String page) throws IOException {
        assertThat(missing(Files.readString(Path.of("src/docs", page)))).isEmpty();
    }

    @Test
    void aNameThatDoesNotExistIsFound() {
        assertThat(missing("`DocumentedNamesTest`, `DocumentedNamesTest.sources` and `PutItem`"))
                .isEmpty();
        assertThat(missing("`NoSuchTest`, `DocumentedNamesTest.noSuchMethod`, DocumentedNamesTest.neitherThis"))
                .containsExactly("NoSuchTest", "DocumentedNamesTest.noSuchMethod", "DocumentedNamesTest.neitherThis");
    }

    private static List<String> missing(String text) {
        return NAME.matcher(text)
                .results()
                .map(found -> found.group(1) != null
                        ? Stream.of(found.group(1), found.group(2))
                        : Stream.of(found.group(3), found.group(4)))
                .map(parts -> parts.filter(part -> part != null).toList())
                .filter(parts -> !OTHERS.contains(parts.get(0)))
                .filter(parts -> !exists(parts.get(0), parts.size() > 1 ? parts.get(1) : ""))
                .map(parts -> String.join(".", parts))
                .distinct()
                .toList();
    }

    private static boolean exists(String type, String member) {
        String source = SOURCES.get(type);
        if (source == null || member.isEmpty()) {
            return source != null;
        }
        return Pattern.compile("[\\w>\\]] " + member + "\\(|(?:class|interface|record|enum) " + member + "\\b")
                .matcher(source)
                .find();
    }

    private static Map<String, String> sources() {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(DocumentedNamesTest::read)
                    .flatMap(text -> TYPE.matcher(text).results().map(type -> Map.entry(type.group(1), text)))
                    .collect(groupingBy(Map.Entry::getKey, mapping(Map.Entry::getValue, joining())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
