package dev.tributary.replication;

import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Time that advances only from one event to the next. Events at the same time run in the order of their scheduling. */
public final class VirtualTime {

    /** In milliseconds; longer than any history. */
    private static final long LONGEST_REST = 3_600_000;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long asked;

    private record Event(long at, long order, Runnable task) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** Milliseconds since the beginning. */
    public long now() {
        return now;
    }

    public void in(long millis, Runnable task) {
        events.add(new Event(now + millis, asked++, task));
    }

    /** Runs the task every {@code millis} until it returns false. */
    void every(long millis, BooleanSupplier task) {
        in(millis, () -> {
            if (task.getAsBoolean()) {
                every(millis, task);
            }
        });
    }

    /**
     * Runs events up to the limit.
     *
     * @return false if the limit came first
     */
    public boolean runUntil(BooleanSupplier done, long limit) {
        while (!done.getAsBoolean()) {
            Event event = events.peek();
            if (event == null || event.at() > limit) {
                return false;
            }
            events.remove();
            now = event.at();
            event.task().run();
        }
        return true;
    }

    /**
     * Runs all events.
     *
     * @throws AssertionError if events never end
     */
    void runOut() {
        if (!runUntil(events::isEmpty, now + LONGEST_REST)) {
            throw new AssertionError("still at work after " + LONGEST_REST + " ms at rest");
        }
    }
}
