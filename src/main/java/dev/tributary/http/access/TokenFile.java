package dev.tributary.http.access;

import dev.tributary.http.file.UnusableFileException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The content of a token file: the hash of each token, and its caller. Immutable. */
final class TokenFile {

    static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    static final String NAME_EXPECTED = "1 to 64 letters, digits, . _ or -";

    private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");

    private static final class Entry {

        private final byte[] hash;
        private final Caller caller;

        Entry(String hex, Caller caller) {
            this.hash = HexFormat.of().parseHex(hex);
            this.caller = caller;
        }

        /** Compares in constant time. */
        boolean isOf(byte[] presented) {
            return MessageDigest.isEqual(hash, presented);
        }
    }

    /**
     * The result of parsing a token file.
     *
     * @param tokens of the valid lines
     * @param errors one for each invalid line; they quote nothing of it but names
     */
    record Parsed(TokenFile tokens, List<String> errors) {}

    static final TokenFile EMPTY = new TokenFile(List.of());

    private final List<Entry> entries;

    private TokenFile(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** The line of the file for a token. */
    static String line(String name, String token, List<String> rights) {
        return "%s sha256:%s %s".formatted(name, Token.hex(Token.hash(token)), String.join(" ", rights));
    }

    /**
     * Parses lines of a name, a hash and rights. Empty lines and those that begin with {@code #} are skipped; of two lines
     * with one token, the first counts.
     */
    static Parsed parse(String text) {
        List<Entry> entries = new ArrayList<>();
        List<String> errors = new ArrayList<>();
        Set<String> hashes = new HashSet<>();
        List<String> lines = // without the byte order mark that some editors write
                (text.startsWith("\uFEFF") ? text.substring(1) : text).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            List<String> words = List.of(line.split("\\s+"));
            String error = error(words);
            if (error == null && !hashes.add(words.get(1))) {
                error = "its token is on another line too; give both rights on one";
            }
            if (error == null) {
                Permissions rights =
                        Permissions.parse(words.subList(2, words.size())).orElseThrow();
                entries.add(new Entry(words.get(1).substring("sha256:".length()), new Caller(words.get(0), rights)));
            } else {
                errors.add("line %d: %s".formatted(i + 1, error));
            }
        }
        return new Parsed(new TokenFile(entries), errors);
    }

    private static @Nullable String error(List<String> words) {
        if (words.stream().anyMatch(word -> word.startsWith(Token.PREFIX))) {
            return "has a token itself, which belongs to its caller alone; make another, and put the line here that"
                    + " tributary token prints";
        }
        if (words.size() < 3 || !HASH.matcher(words.get(1)).matches()) {
            return "expected NAME sha256:HASH RIGHT, as tributary token prints it";
        }
        if (!NAME.matcher(words.get(0)).matches()) {
            return "expected a name of " + NAME_EXPECTED;
        }
        return Permissions.parse(words.subList(2, words.size())).isPresent()
                ? null
                : "expected the rights " + Permissions.EXPECTED;
    }

    /**
     * Parses a list in place of a file, with semicolons or line breaks between the lines.
     *
     * @param key the option that holds the list
     * @throws UnusableFileException if a line is invalid; the message quotes nothing of it but names
     */
    static TokenFile ofList(String key, String list) throws UnusableFileException {
        Parsed parsed = parse(list.replace(';', '\n'));
        if (!parsed.errors().isEmpty()) {
            throw new UnusableFileException(key + ": " + String.join("; ", parsed.errors()));
        }
        return parsed.tokens();
    }

    /** The caller of a token. Takes the same time for every token, known or not. */
    Optional<Caller> caller(String token) {
        if (!Token.isToken(token)) {
            return Optional.empty();
        }
        byte[] presented = Token.hash(token);
        Caller found = null;
        for (Entry entry : entries) {
            if (entry.isOf(presented)) {
                found = entry.caller;
            }
        }
        return Optional.ofNullable(found);
    }

    int size() {
        return entries.size();
    }

    /** Names in rights that are not among the known resources. */
    Set<String> unknownResources(Set<String> known) {
        Set<String> unknown = new TreeSet<>();
        entries.forEach(
                entry -> unknown.addAll(entry.caller.rights().byResource().keySet()));
        unknown.removeAll(known);
        unknown.remove(Permissions.EVERY_RESOURCE);
        return unknown;
    }
}
