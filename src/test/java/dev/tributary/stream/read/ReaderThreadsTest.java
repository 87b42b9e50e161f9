package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.replication.VirtualTime;
import dev.tributary.replication.VirtualTimer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ReaderThreadsTest {

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final VirtualTime time = new VirtualTime();
    private final ReaderThreads readers = new ReaderThreads(threads::add, new VirtualTimer(time));
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void patientTasksShareOneThreadAndOthersTakeTheirOwn() {
        for (int task = 0; task < 5; task++) {
            int number = task;
            readers.executePatiently(() -> ran.add(number));
        }
        assertThat(threads).hasSize(1);
        readers.execute(() -> ran.add(5));
        assertThat(threads).hasSize(2);
        threads.forEach(Runnable::run);
        assertThat(ran).containsExactly(0, 1, 2, 3, 4, 5);

        threads.clear();
        readers.executePatiently(() -> ran.add(6));
        assertThat(threads).hasSize(1);
    }

    @Test
    void behindATaskThatHangsPatientOnesWaitFiftyMilliseconds() {
        readers.executePatiently(() -> ran.add(0));
        Runnable hanging = threads.remove();
        readers.executePatiently(() -> ran.add(1));
        readers.executePatiently(() -> ran.add(2));
        assertThat(threads).isEmpty();
        assertThat(time.runUntil(() -> !threads.isEmpty(), 1_000)).isTrue();
        assertThat(time.now()).isEqualTo(50);
        threads.remove().run();
        assertThat(ran).containsExactly(1, 2);

        assertThat(time.runUntil(() -> !threads.isEmpty(), 2_000))
                .as("a thread for nothing")
                .isFalse();
        hanging.run();
        readers.executePatiently(() -> ran.add(3));
        assertThat(threads).hasSize(1);
    }

    @Test
    void everyTaskRunsHoweverManyHang() {
        for (int task = 0; task < 20; task++) {
            readers.executePatiently(() -> ran.add(0));
        }
        assertThat(time.runUntil(() -> threads.size() == 20, 2_000)).isTrue();
        assertThat(time.now()).isEqualTo(19 * 50);
        threads.forEach(Runnable::run);
        assertThat(ran).hasSize(20);
    }
}
