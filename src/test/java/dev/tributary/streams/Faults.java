package dev.tributary.streams;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The planned faults by operation and shard. The first rule that matches a call is used. Safe for any thread. */
public final class Faults {

    private final List<Rule> rules = new ArrayList<>();

    private static final class Rule {
        private final Operation operation;
        private final @Nullable String shardId;
        private final Fault fault;
        private long left;

        private Rule(Operation operation, @Nullable String shardId, long left, Fault fault) {
            this.operation = operation;
            this.shardId = shardId;
            this.left = left;
            this.fault = fault;
        }

        private boolean fits(Operation called, @Nullable String of) {
            return operation == called && (shardId == null || shardId.equals(of));
        }
    }

    /** The next {@code calls} calls of any shard. */
    public void next(int calls, Operation operation, Fault fault) {
        add(new Rule(operation, null, calls, fault));
    }

    /** The next {@code calls} calls of one shard. */
    public void next(int calls, Operation operation, SimulatedShard shard, Fault fault) {
        add(new Rule(operation, shard.id(), calls, fault));
    }

    /** All calls of any shard, until {@link #lift()}. */
    public void all(Operation operation, Fault fault) {
        add(new Rule(operation, null, Long.MAX_VALUE, fault));
    }

    /** All calls of one shard, until {@link #lift()}. */
    public void all(Operation operation, SimulatedShard shard, Fault fault) {
        add(new Rule(operation, shard.id(), Long.MAX_VALUE, fault));
    }

    /** Removes all planned faults. */
    public synchronized void lift() {
        rules.clear();
    }

    private synchronized void add(Rule rule) {
        rules.add(rule);
    }

    synchronized Optional<Fault> take(Operation operation, @Nullable String shardId) {
        Optional<Rule> first =
                rules.stream().filter(rule -> rule.fits(operation, shardId)).findFirst();
        first.ifPresent(rule -> rule.left--);
        rules.removeIf(rule -> rule.left == 0);
        return first.map(rule -> rule.fault);
    }
}
