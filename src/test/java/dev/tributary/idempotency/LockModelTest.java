package dev.tributary.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.idempotency.AcquireResult.Acquired;
import dev.tributary.idempotency.AcquireResult.Completed;
import dev.tributary.idempotency.AcquireResult.InProgress;
import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Explores every sequence of actions of two processes and the clock on one record, up to equal states. The calls are atomic,
 * so their orders are the only concurrency.
 */
@Tag("slow")
class LockModelTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration HOLD = Duration.ofSeconds(2);
    private static final Duration EXPIRES = Duration.ofSeconds(3);
    private static final Duration TICK = Duration.ofMillis(1001);

    private enum Action {
        TAKE,
        RENEW,
        COMPLETE,
        RELEASE
    }

    /** @param process 0 or 1; empty: time passes */
    private record Move(Optional<Integer> process, Optional<Action> action) {}

    private static final List<Move> MOVES = moves();

    private static List<Move> moves() {
        List<Move> moves = new ArrayList<>();
        for (int process = 0; process < 2; process++) {
            for (Action action : EnumSet.allOf(Action.class)) {
                moves.add(new Move(Optional.of(process), Optional.of(action)));
            }
        }
        moves.add(new Move(Optional.empty(), Optional.empty()));
        return moves;
    }

    @Test
    void aLiveRequestHasOneHolderAndNoOtherChangesItsRecord() {
        String table = dynamo.createTable("idempotency", "id:S");
        Set<Object> seen = new HashSet<>();
        Deque<List<Move>> next = new ArrayDeque<>(List.of(List.of()));
        int walks = 0;
        while (!next.isEmpty()) {
            List<Move> path = next.remove();
            World world = new World(table, "walk " + walks++);
            path.forEach(world::move);
            if (seen.add(world.state())) {
                for (Move move : MOVES) {
                    List<Move> longer = new ArrayList<>(path);
                    longer.add(move);
                    next.add(longer);
                }
            }
        }
        assertThat(seen).as("or the walk ended before it began").hasSizeGreaterThan(30);
    }

    /** Two processes, one record, and the expected state. */
    private static final class World {

        private final GivenTime time = new GivenTime();
        private final List<IdempotencyLock> locks;
        private final @Nullable HeldLock[] held = new HeldLock[2];
        private final String table;
        private final RecordId id;

        /** The process that acquired the lock last; only it may change the record. */
        private int owner = -1;

        private boolean completed;
        private Duration ownedSince = Duration.ZERO;
        private Duration completedAt = Duration.ZERO;
        private Duration now = Duration.ZERO;

        World(String table, String key) {
            this.table = table;
            this.id = RecordId.of("users", "", key);
            IdempotencyTable records = new IdempotencyTable(dynamo.asyncClient(), table, time);
            this.locks = List.of(lock(records), lock(records));
        }

        private IdempotencyLock lock(IdempotencyTable records) {
            return records.lock(id, HOLD, EXPIRES, time, Duration.ofSeconds(10));
        }

        void move(Move move) {
            if (move.action().isEmpty()) {
                time.pass(TICK);
                now = now.plus(TICK);
                return;
            }
            int process = move.process().orElseThrow();
            HeldLock mine = held[process];
            boolean ours = owner == process && !completed;
            switch (move.action().get()) {
                case TAKE -> take(process);
                case RENEW -> {
                    if (mine != null) {
                        assertThat(mine.renew().join()).isEqualTo(ours);
                        ownedSince = ours ? now : ownedSince;
                    }
                }
                case COMPLETE -> {
                    if (mine != null) {
                        boolean again = owner == process;
                        assertThat(mine.complete(answer(process), "f").join()).isEqualTo(again);
                        if (again) {
                            completed = true;
                            completedAt = now;
                        }
                    }
                }
                case RELEASE -> {
                    if (mine != null) {
                        assertThat(mine.release().join()).isEqualTo(ours);
                        owner = ours ? -1 : owner;
                    }
                }
            }
            assertThat(held[0] != null
                            && held[1] != null
                            && held[0].holds(Duration.ZERO)
                            && held[1].holds(Duration.ZERO))
                    .as("both hold it")
                    .isFalse();
        }

        private void take(int process) {
            boolean free = owner < 0
                    || (completed
                            ? now.minus(completedAt).compareTo(EXPIRES) > 0
                            : now.minus(ownedSince).compareTo(HOLD) > 0);
            AcquireResult taken = locks.get(process).take().join();
            if (taken instanceof Acquired acquired) {
                assertThat(free).as("what was taken was free").isTrue();
                held[process] = acquired.lock();
                owner = process;
                ownedSince = now;
                completed = false;
            } else if (taken instanceof Completed known) {
                assertThat(completed).isTrue();
                assertThat(known.answer()).isEqualTo(answer(owner));
            } else {
                assertThat(taken).isInstanceOf(InProgress.class);
                assertThat(completed).isFalse();
                assertThat(owner).isNotNegative();
                assertThat(now.minus(ownedSince)).isLessThanOrEqualTo(HOLD);
            }
        }

        private static SavedReply answer(int process) {
            return new SavedReply(200, Map.of(), "of " + process);
        }

        /** The part of the state that later actions depend on: all past times are equal. */
        Object state() {
            boolean row = dynamo.client()
                    .getItem(get -> get.tableName(table)
                            .key(Map.of("id", AttributeValue.fromS(id.text())))
                            .consistentRead(true))
                    .hasItem();
            Duration since = completed ? now.minus(completedAt) : now.minus(ownedSince);
            return List.of(
                    row,
                    owner,
                    completed,
                    owner < 0 || since.compareTo(EXPIRES) > 0 ? EXPIRES.plusSeconds(1) : since,
                    List.of(sees(0), sees(1)));
        }

        private Object sees(int process) {
            HeldLock mine = held[process];
            return mine == null
                    ? "nothing"
                    : List.of(
                            mine.holds(Duration.ZERO),
                            mine.holds(HOLD.minus(TICK)),
                            mine.holds(HOLD.minus(Duration.ofMillis(1))));
        }
    }
}
