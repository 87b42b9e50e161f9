package dev.tributary.http.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A page whose connection is given: each piece, and the end, as they reach it. */
class ViewerTest {

    private final List<String> sent = new ArrayList<>();
    private final List<CompletableFuture<Void>> writes = new ArrayList<>();
    private final List<Viewer> gone = new ArrayList<>();
    private final Viewer viewer = new Viewer(
            piece -> {
                sent.add(new String(piece, UTF_8));
                writes.add(new CompletableFuture<>());
                return writes.get(writes.size() - 1);
            },
            () -> sent.add("end"),
            gone::add);

    private final StatusEvent one = new StatusEvent("now", "1");
    private final StatusEvent two = new StatusEvent("now", "2");
    private final StatusEvent three = new StatusEvent("now", "3");

    @Test
    void aPageThatIsSlowGetsTheLatestEventOfEachName() {
        viewer.offer(one);
        viewer.offer(two);
        viewer.offer(three);
        assertThat(sent).containsExactly(one.text());
        writes.get(0).complete(null);
        assertThat(sent).containsExactly(one.text(), three.text());
    }

    @Test
    void theEndFollowsTheEventThatIsBeingSent() {
        viewer.offer(one);
        viewer.offer(two);
        viewer.end();
        viewer.end();
        assertThat(sent).containsExactly(one.text());
        writes.get(0).complete(null);
        assertThat(sent).containsExactly(one.text(), "end");
        viewer.offer(three);
        assertThat(sent).hasSize(2);
    }

    @Test
    void thePageEndsAtOnceIfNothingIsBeingSent() {
        viewer.offer(one);
        writes.get(0).complete(null);
        viewer.end();
        viewer.end();
        assertThat(sent).containsExactly(one.text(), "end");
    }

    @Test
    void aPageThatHasGoneGetsNothingMoreAndNoEnd() {
        viewer.offer(one);
        writes.get(0).completeExceptionally(new IllegalStateException("gone"));
        viewer.offer(two);
        viewer.end();
        assertThat(sent).containsExactly(one.text());
        assertThat(gone).containsExactly(viewer);
    }
}
