package dev.tributary.http.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tributary.http.reply.ProblemException;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir
    private Path directory;

    @Test
    void shortReplyNeedsNoDisk() throws Exception {
        try (Spool spool = new Spool(directory.resolve("missing"))) {
            spool.write(new byte[200_000]);
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            spool.sendTo(sent);
            assertThat(sent.size()).isEqualTo(200_000);
        }
    }

    @Test
    void longReplyWithoutDiskIsAProblemOfTheServersStorage() throws Exception {
        try (Spool spool = new Spool(directory.resolve("missing"))) {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> spool.write(new byte[300_000]))
                    .satisfies(refused -> {
                        assertThat(refused.document().status()).isEqualTo(507);
                        assertThat(refused.document().detail()).doesNotContain(directory.toString());
                    });
        }
    }
}
