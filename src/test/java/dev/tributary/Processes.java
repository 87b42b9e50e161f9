package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs short commands, each for at most two minutes. */
final class Processes {

    private Processes() {}

    /** What a command left behind; {@code output} has standard output and standard error as they came. */
    record Finished(int status, String output) {}

    static Finished run(ProcessBuilder command) throws IOException, InterruptedException {
        // A file takes any amount of output, so waiting needs no thread that reads.
        Path output = Files.createTempFile("tributary-test", ".out");
        Process process = command.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as("%s ends in time", command.command())
                    .isTrue();
            return new Finished(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
