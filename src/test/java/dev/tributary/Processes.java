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

    /** The result of a command; {@code output} is standard output and standard error, interleaved. */
    record Finished(int status, String output) {}

    static Finished run(ProcessBuilder command) throws IOException, InterruptedException {
        // Output goes to a file, so that a full pipe cannot block the command.
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
