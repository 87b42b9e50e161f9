package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ReadSlotsTest {

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final ReadSlots slots = new ReadSlots(threads::add, 16);
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
}
