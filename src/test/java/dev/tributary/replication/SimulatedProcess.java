package dev.tributary.replication;

import java.util.function.BooleanSupplier;

/** A process in virtual time: runs tasks unless it is dead, and delays them while it is paused. */
final class SimulatedProcess {

    private final VirtualTime time;
    private boolean dead;
    private long pausedUntil;

    SimulatedProcess(VirtualTime time) {
        this.time = time;
    }

    void run(Runnable task) {
        if (dead) {
            return;
        }
        if (time.now() < pausedUntil) {
            time.in(pausedUntil - time.now(), () -> run(task));
        } else {
            task.run();
        }
    }

    /** Runs the task every {@code millis} until it returns false. */
    void every(long millis, BooleanSupplier task) {
        time.in(
                millis,
                () -> run(() -> {
                    if (task.getAsBoolean()) {
                        every(millis, task);
                    }
                }));
    }

    void kill() {
        dead = true;
    }

    void pause(long millis) {
        pausedUntil = time.now() + millis;
    }
}
