package dev.tributary;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A page with commands and their output, in blocks of the language {@code console}. */
public final class ConsolePage {

    private static final Pattern CONSOLE = Pattern.compile("(?s)```console\n(.*?)```");

    private ConsolePage() {}

    /**
     * A command and some lines of its output; … in them stands for any text.
     *
     * @param line may continue on further lines after a backslash
     */
    public record Command(String line, List<String> output) {

        /**
         * Runs it in a shell.
         *
         * @param here replaces the page's addresses by those of the test
         * @return its output
         */
        public String run(UnaryOperator<String> here) throws Exception {
            Process process = new ProcessBuilder(
                            "sh", "-c", here.apply(line).replaceFirst("^curl", "curl -sS --max-time 20"))
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return printed;
        }

        /** Whether the output contains the page's lines, in their order. */
        public boolean prints(String printed) {
            int next = 0;
            for (String candidate : printed.lines().toList()) {
                if (next < output.size()
                        && matches(candidate.strip(), output.get(next).strip())) {
                    next++;
                }
            }
            return next == output.size();
        }

        private static boolean matches(String line, String expected) {
            return line.matches(
                    Arrays.stream(expected.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".+")));
        }
    }

    /** The first block of a language. */
    public static String block(String page, String language) {
        Matcher matcher = Pattern.compile("(?s)```" + Pattern.quote(language) + "\n(.*?)```")
                .matcher(page);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    public static List<Command> commands(String page) {
        List<Command> commands = new ArrayList<>();
        CONSOLE.matcher(page).results().forEach(block -> {
            boolean goesOn = false;
            for (String line : block.group(1).split("\n", -1)) {
                Command last = commands.isEmpty() ? null : commands.get(commands.size() - 1);
                if (goesOn) {
                    commands.set(commands.size() - 1, new Command(last.line() + "\n" + line, last.output()));
                } else if (line.startsWith("$ ")) {
                    commands.add(new Command(line.substring(2), new ArrayList<>()));
                } else if (!line.isEmpty()) {
                    last.output().add(line);
                }
                goesOn = line.endsWith("\\");
            }
        });
        return commands;
    }
}
