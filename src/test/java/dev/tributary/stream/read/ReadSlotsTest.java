package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.replication.VirtualTime;
import dev.tributary.replication.VirtualTimer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadSlotsTest {

    private final ArrayDeque<Runnable> threads = new ArrayDeque<>();
    private final ReadSlots slots =
            new ReadSlots(new ReaderThreads(threads::add, new VirtualTimer(new VirtualTime())), 16);
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void aSourceTakesNoMoreThanItsThreadsAndItsReadsRunInOrder() {
        for (int read = 0; read < 40; read++) {
            int number = read;
            slots.submit(() -> ran.add(number));
        }
        assertThat(threads).hasSize(16);
        threads.remove().run();
        assertThat(ran).as("the first, and all that waited").hasSize(25).startsWith(0, 16, 17);
        threads.forEach(Runnable::run);
        assertThat(ran).hasSize(40);

        threads.clear();
        slots.submit(() -> ran.add(40));
        assertThat(threads).hasSize(1);
    }

    @Test
    void afterTheEndNothingStarts() {
        for (int read = 0; read < 20; read++) {
            slots.submit(() -> ran.add(0));
        }
        slots.close();
        threads.forEach(Runnable::run);
        slots.submit(() -> ran.add(1));
        assertThat(ran).hasSize(16).doesNotContain(1);
    }

    @Test
    void patientReadsAreLimitedWithTheOthers() {
        for (int read = 0; read < 16; read++) {
            slots.submit(() -> ran.add(0));
        }
        slots.submitPatiently(() -> ran.add(1));
        threads.removeLast().run();
        assertThat(ran).as("waits for one of the others").isEmpty();
        threads.remove().run();
        assertThat(ran).containsExactly(0, 1);
    }
}
