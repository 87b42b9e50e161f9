package dev.tributary.stream.read;

import static dev.tributary.stream.read.MemoryBudget.READ_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which reads are permitted while changes read before have not ended. */
class MemoryBudgetTest {

    private static final long LIMIT = 10 * READ_BYTES;

    private final MemoryBudget budget = new MemoryBudget(LIMIT, 3 * READ_BYTES);

    private static void read(MemoryBudget.Shard shard, long bytes) {
        assertThat(shard.mayRead()).as("may read").isTrue();
        shard.read(bytes);
    }

    @Test
    void aShardIsNotReadWhileItHoldsItsBoundAndIsWhenSomeOfItHasEnded() {
        MemoryBudget.Shard shard = budget.open("1");
        read(shard, 2 * READ_BYTES);
        read(shard, READ_BYTES);
        assertThat(shard.mayRead()).isFalse();
        shard.taken(READ_BYTES);
        assertThat(shard.mayRead()).as("under way is held").isFalse();
        shard.ended(READ_BYTES);
        assertThat(shard.mayRead()).isTrue();
    }

    @Test
    void manyShardsTogetherHoldNoMoreThanTheBoundOfAll() {
        for (int shard = 0; shard < 9; shard++) {
            read(budget.open("shard-" + shard), READ_BYTES);
        }
        MemoryBudget.Shard last = budget.open("last");
        read(last, READ_BYTES);
        assertThat(budget.open("quiet").mayRead()).isFalse();
        assertThat(budget.held()).isEqualTo(LIMIT);
        last.taken(READ_BYTES);
        last.ended(READ_BYTES);
        assertThat(budget.of("quiet").mayRead()).isTrue();
    }

    @Test
    void bytesReadAreReturnedOnceEvenIfAReaderRestartsAfterItsEnd() {
        MemoryBudget.Shard shard = budget.open("shard");
        read(shard, READ_BYTES);
        shard.close();
        shard.restarted();
        assertThat(budget.held()).isZero();
    }

    /** The size of a read is unknown in advance. */
    @Test
    void readsInProgressCountBeforeTheyReturn() {
        for (int shard = 0; shard < 10; shard++) {
            assertThat(budget.open("shard-" + shard).mayRead()).isTrue();
        }
        assertThat(budget.open("one more").mayRead()).isFalse();
        budget.of("shard-0").read(0);
        assertThat(budget.of("one more").mayRead()).isTrue();
    }

    /** With small attributes, a read takes a multiple of the size that DynamoDB counts. */
    @Test
    void readsAreExpectedToReturnAsMuchAsEarlierOnesOfTheSource() {
        MemoryBudget.Shard first = budget.open("first");
        read(first, LIMIT / 2);
        first.taken(LIMIT / 2);
        first.ended(LIMIT / 2);
        assertThat(first.mayRead()).isTrue();
        assertThat(budget.open("second").mayRead()).isTrue();
        assertThat(budget.open("third").mayRead()).isFalse();
        first.read(0);
        budget.of("second").read(0);
        for (int small = 0; small < 100; small++) {
            read(first, 0);
        }
        for (int shard = 0; shard < 10; shard++) {
            assertThat(budget.open("shard-" + shard).mayRead()).isTrue();
        }
    }

    @Test
    void aShardWhoseChangesDoNotEndLeavesRoomForTheOthers() {
        MemoryBudget narrow = new MemoryBudget(LIMIT, 100 * LIMIT);
        MemoryBudget.Shard stuck = narrow.open("stuck");
        read(stuck, LIMIT / 2);
        assertThat(stuck.mayRead()).isFalse();
        assertThat(narrow.open("other").mayRead()).isTrue();
    }

    @Test
    void aReadLargerThanEveryBoundStillPassesAlone() {
        MemoryBudget tiny = new MemoryBudget(1, 1);
        MemoryBudget.Shard shard = tiny.open("1");
        read(shard, 3 * READ_BYTES);
        assertThat(shard.mayRead()).isFalse();
        assertThat(tiny.open("2").mayRead()).isFalse();
        shard.taken(3 * READ_BYTES);
        shard.ended(3 * READ_BYTES);
        read(shard, READ_BYTES);
    }

    /** KCL silently drops queued records when a lease is lost. */
    @Test
    void aLostShardHoldsNothing() {
        MemoryBudget.Shard shard = budget.open("1");
        read(shard, READ_BYTES);
        shard.taken(READ_BYTES / 2);
        shard.close();
        assertThat(budget.held()).isZero();
        shard.ended(READ_BYTES / 2);
        shard.taken(READ_BYTES / 2);
        assertThat(budget.held()).isZero();
        assertThat(shard.mayRead()).isFalse();
    }

    @Test
    void aReadThatReturnsAfterItsShardIsLostHoldsNothing() {
        MemoryBudget.Shard shard = budget.open("1");
        assertThat(shard.mayRead()).isTrue();
        shard.close();
        shard.read(READ_BYTES);
        assertThat(budget.held()).isZero();
    }

    @Test
    void theNextReaderOfAShardBeginsWithNothing() {
        MemoryBudget.Shard before = budget.open("1");
        read(before, READ_BYTES);
        MemoryBudget.Shard now = budget.open("1");
        assertThat(budget.held()).isZero();
        assertThat(budget.of("1")).isSameAs(now);
        before.close();
        assertThat(budget.of("1")).isSameAs(now);
    }

    /** KCL's subscription restarts after the last batch it took; records of the old one that still arrive count. */
    @Test
    void recordsThatAreDroppedAndReadAgainAreCountedOnce() {
        MemoryBudget.Shard shard = budget.open("1");
        read(shard, READ_BYTES);
        shard.taken(READ_BYTES / 2);
        shard.restarted();
        assertThat(budget.held()).isEqualTo(READ_BYTES / 2);
        shard.taken(READ_BYTES / 2);
        assertThat(budget.held()).isEqualTo(READ_BYTES);
        shard.ended(READ_BYTES / 2);
        shard.ended(READ_BYTES / 2);
        assertThat(budget.held()).isZero();
    }
}
