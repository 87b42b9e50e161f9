package dev.tributary.items;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.items.DocumentMemoryBudget.Claim;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DocumentMemoryBudgetTest {

    private static final byte[] SMALL = "{\"id\":\"a\"}".getBytes(UTF_8);
    private static final byte[] MANY_VALUES = ("[" + "{},".repeat(300_000) + "{}]").getBytes(UTF_8);

    private final DocumentMemoryBudget memory = new DocumentMemoryBudget(10_000_000);

    @Test
    void manySmallValuesTakeAMultipleOfTheirTextAndLongTextDoesNot() {
        assertThat(DocumentMemoryBudget.estimate(MANY_VALUES)).isGreaterThan(100L * MANY_VALUES.length);
        byte[] text = ("[\"" + "{\\\"a\\\":[1,2,3]},".repeat(50_000) + "\"]").getBytes(UTF_8);
        assertThat(DocumentMemoryBudget.estimate(text)).isBetween(text.length * 2L, text.length * 5L);
    }

    @Test
    void whatFindsNoRoomIsRefusedUntilThereIsSome() {
        Claim all = memory.claim(MANY_VALUES).orElseThrow();
        assertThat(memory.claim(SMALL)).isEmpty();
        all.close();
        all.close();
        Claim small = memory.claim(SMALL).orElseThrow();
        assertThat(memory.claim(MANY_VALUES)).isEmpty();
        small.close();
        assertThat(memory.claim(MANY_VALUES)).isPresent();
    }

    @Test
    void smallDocumentsShareTheRoom() {
        for (int i = 0; i < 1000; i++) {
            assertThat(memory.claim(SMALL)).isPresent();
        }
    }

    @Test
    void whoWaitsGetsTheRoomThatIsGivenBack() throws Exception {
        Claim all = memory.claim(MANY_VALUES).orElseThrow();
        CompletableFuture<Optional<Claim>> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return memory.claim(MANY_VALUES, Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        all.close();
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isPresent();
        assertThat(memory.claim(SMALL, Duration.ofMillis(1))).isEmpty();
    }
}
