package dev.tributary.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplyMemoryBudgetTest {

    private final ReplyMemoryBudget memory = new ReplyMemoryBudget(100_000);

    @Test
    void longRepliesClaimNoMoreThanTheBudgetAndReleaseIt() {
        Runnable first = memory.claim(60_000).orElseThrow();
        assertThat(memory.claim(60_000)).isEmpty();
        first.run();
        assertThat(memory.claim(60_000)).isPresent();
    }

    @Test
    void shortRepliesAreNotCounted() {
        assertThat(memory.claim(100_000)).isPresent();
        assertThat(memory.claim(10_000)).isPresent();
    }
}
