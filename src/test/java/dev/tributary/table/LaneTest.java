package dev.tributary.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LaneTest {

    private static final int CALLS_AT_ONCE = 2;
    private static final int MOST_PER_CALL = 3;

    private final List<List<String>> calls = new ArrayList<>();
    private final List<CompletableFuture<Void>> answers = new ArrayList<>();
    private final Lane<String> lane = new Lane<>(CALLS_AT_ONCE, MOST_PER_CALL, name -> name.charAt(0), call -> {
        calls.add(call);
        answers.add(new CompletableFuture<>());
        return answers.get(answers.size() - 1);
    });

    @Test
    void anElementGoesAtOnceWhileFewCallsAreUnderWay() {
        submit("a", "b");
        assertThat(calls).containsExactly(List.of("a"), List.of("b"));
    }

    @Test
    void whatComesWhileCallsAreUnderWaySharesTheNextCall() {
        submit("a", "b", "c", "d");
        assertThat(calls).hasSize(CALLS_AT_ONCE);
        answers.get(0).complete(null);
        assertThat(calls).containsExactly(List.of("a"), List.of("b"), List.of("c", "d"));
    }

    @Test
    void aCallTakesNoMoreThanItMayAndTheRestFollowsInOrder() {
        submit("a", "b", "c", "d", "e", "f");
        answers.get(0).complete(null);
        answers.get(1).complete(null);
        assertThat(calls.subList(2, 4)).containsExactly(List.of("c", "d", "e"), List.of("f"));
    }

    @Test
    void aCallThatFailsFreesItsPlaceToo() {
        submit("a", "b", "c");
        answers.get(0).completeExceptionally(new IllegalStateException("no answer"));
        assertThat(calls).hasSize(3);
    }

    @Test
    void elementsThatMayNotShareACallGoInDifferentOnesInOrder() {
        submit("a", "b", "c1", "c2", "d", "c3");
        answers.get(0).complete(null);
        answers.get(1).complete(null);
        assertThat(calls.subList(2, 4)).containsExactly(List.of("c1", "d"), List.of("c2"));
        answers.get(2).complete(null);
        assertThat(calls.get(4)).containsExactly("c3");
    }

    @Test
    void callsThatEndAtOnceLeaveNothingWaiting() {
        List<String> sent = new ArrayList<>();
        Lane<String> quick = new Lane<>(1, 1, name -> name, call -> {
            sent.addAll(call);
            return CompletableFuture.completedFuture(null);
        });
        List.of("a", "b", "c").forEach(quick::submit);
        assertThat(sent).containsExactly("a", "b", "c");
    }

    private void submit(String... elements) {
        List.of(elements).forEach(lane::submit);
    }
}
