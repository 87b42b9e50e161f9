package dev.tributary.http.bulk;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.bulk.BulkReply.Outcome;
import dev.tributary.http.reply.Reply;
import dev.tributary.idempotency.PartialReply;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BulkReplyTest {

    /** Each quote takes two characters in the line, and four in the record. */
    private static final Reply QUOTES = new Reply(422, Map.of(), "{\"detail\":\"" + "\\\"".repeat(100) + "\"}");

    @Test
    void recordedReplyFullOfQuotesFitsIntoARecord() throws Exception {
        try (BulkReply answer = new BulkReply("line")) {
            for (int i = 0; i < 1000; i++) {
                answer.add(i, 10, "hash", () -> completedFuture(Outcome.of(QUOTES)));
            }
            answer.end(Optional.empty());
            assertThat(answer.length()).isBetween(200_000L, 256_000L);
            assertThat(answer.saved().fits()).isTrue();
            assertThat(answer.saved().body()).isEqualTo("{\"complete\":true,\"stored\":0,\"refused\":1000}\n");
            assertThat(answer.partial(Optional.empty())).isEmpty();
        }
    }

    @Test
    void outcomesOfOpenDocumentsAreKnownAlsoIfTheReplyIsNot() throws Exception {
        try (BulkReply answer = new BulkReply("line")) {
            CompletableFuture<Outcome> open = new CompletableFuture<>();
            answer.add(1, 10, "one", () -> open);
            answer.add(2, 10, "two", () -> completedFuture(Outcome.of(new Reply(201, Map.of(), ""))));
            open.complete(Outcome.of(QUOTES));
            answer.abandon();
            assertThat(answer.tookEffect()).isTrue();
            assertThat(answer.partial(Optional.empty())).hasValueSatisfying(partial -> assertThat(partial.parts())
                    .extracting(PartialReply.Part::document)
                    .containsExactly("one", "two"));
        }
    }

    @Test
    void fileOfALongReplyHasNoNameOnceItIsOpen() throws Exception {
        try (BulkReply answer = new BulkReply("line")) {
            for (int i = 0; i < 3000; i++) {
                answer.add(i, 10, "", () -> completedFuture(Outcome.of(QUOTES)));
            }
            answer.end(Optional.empty());
            try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .noneMatch(name -> name.startsWith("tributary-answer-"));
            }
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            answer.sendTo(sent);
            assertThat(sent.size()).isEqualTo((int) answer.length()).isGreaterThan(600_000);
        }
    }
}
