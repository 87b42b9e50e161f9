package dev.tributary.http.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tributary.http.access.NewToken;
import dev.tributary.http.access.Tokens;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token file while it changes, check by check. */
class ReloadingFilesTest {

    @TempDir
    private Path directory;

    private final Health health = new Health();
    private final NewToken old = NewToken.make("old", List.of("*"));
    private final NewToken fresh = NewToken.make("fresh", List.of("*"));
    private Path file;
    private Tokens tokens;
    private ReloadingFiles reloaded;

    @BeforeEach
    void start() throws Exception {
        file = directory.resolve("tokens");
        write(old.line());
        tokens = new Tokens("http.tokens", file, Set.of("users"));
        reloaded = tokens.reloaded(health);
        reloaded.first();
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    private boolean known(NewToken token) {
        return tokens.caller(token.token()).isPresent();
    }

    private Health.Component component() {
        return java.util.Objects.requireNonNull(health.snapshot().components().get("http.tokens"));
    }

    @Test
    void changedFileIsUsedAtTheSecondCheck() throws Exception {
        write(fresh.line());
        reloaded.check();
        assertThat(known(old)).as("it may still be being written").isTrue();
        reloaded.check();
        assertThat(known(fresh)).isTrue();
        assertThat(known(old)).isFalse();
        assertThat(component()).isEqualTo(new Health.Component(Status.UP, "1 tokens of " + file));
    }

    @Test
    void fileIsNotUsedWhileItChanges() throws Exception {
        write(fresh.line().substring(0, 40));
        reloaded.check();
        write(fresh.line());
        reloaded.check();
        assertThat(component().status()).isEqualTo(Status.UP);
        reloaded.check();
        assertThat(known(fresh)).isTrue();
    }

    @Test
    void invalidLineIsIgnoredAndShownInHealthUntilItIsCorrected() throws Exception {
        write("old sha256:abc *\n" + fresh.line());
        reloaded.check();
        reloaded.check();
        assertThat(known(old)).isFalse();
        assertThat(known(fresh)).isTrue();
        assertThat(component().status()).isEqualTo(Status.DEGRADED);
        assertThat(component().detail())
                .contains(file + ": line 1: expected NAME", "the other lines are in use: 1 tokens");

        write(old.line());
        reloaded.check();
        reloaded.check();
        assertThat(component().status()).isEqualTo(Status.UP);
    }

    @Test
    void missingFileRevokesAllTokensUntilItIsBack() throws Exception {
        Files.delete(file);
        reloaded.check();
        reloaded.check();
        assertThat(known(old)).isFalse();
        assertThat(component().status()).isEqualTo(Status.DEGRADED);
        assertThat(component().detail()).contains("no such file", "every request is refused");

        write(old.line());
        reloaded.check();
        reloaded.check();
        assertThat(known(old)).isTrue();
        assertThat(component().status()).isEqualTo(Status.UP);
    }

    @Test
    void fileWithoutTokensRevokesAll() throws Exception {
        write("# nobody\n");
        reloaded.check();
        reloaded.check();
        assertThat(known(old)).isFalse();
        assertThat(component().detail()).contains("has no token, so every request is refused");
    }

    @Test
    void worldWritableFileIsNotReadUntilItsModeIsCorrected() throws Exception {
        assumeThat(Files.getFileStore(file).supportsFileAttributeView("posix")).isTrue();
        write(fresh.line());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        reloaded.check();
        reloaded.check();
        assertThat(known(fresh)).isFalse();
        assertThat(known(old)).isFalse();
        assertThat(component().detail()).contains("every user of this machine may write it");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        reloaded.check();
        reloaded.check();
        assertThat(known(fresh)).isTrue();
    }

    @Test
    void worldReadableSecretIsRefused() throws Exception {
        ProtectedFile secret = new ProtectedFile(file, true);
        assertThat(secret.read()).isNotEmpty();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(secret::read)
                .isInstanceOf(UnusableFileException.class)
                .hasMessageContaining("every user of this machine may read it; run chmod o-r");
    }
}
