package dev.tributary.stream.read;

import static dev.tributary.stream.read.MemoryBudget.READ_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What may be read while targets do not take what was read before. */
class MemoryBudgetTest {

    private static final long LIMIT = 10 * READ_BYTES;

    private final MemoryBudget readAhead = new MemoryBudget(LIMIT, 3 * READ_BYTES);

    private static void read(MemoryBudget.Shard shard, long bytes) {
        assertThat(shard.mayRead()).as("may read").isTrue();
        shard.read(bytes);
    }

    @Test
    void aShardIsNotReadWhileItHoldsItsBoundAndIsWhenSomeOfItHasEnded() {
        MemoryBudget.Shard shard = readAhead.open("1");
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
            read(readAhead.open("shard-" + shard), READ_BYTES);
        }
        MemoryBudget.Shard last = readAhead.open("last");
        read(last, READ_BYTES);
        assertThat(readAhead.open("quiet").mayRead()).isFalse();
        assertThat(readAhead.held()).isEqualTo(LIMIT);
        last.taken(READ_BYTES);
        last.ended(READ_BYTES);
        assertThat(readAhead.of("quiet").mayRead()).isTrue();
    }

    @Test
    void whatWasReadIsGivenBackOnceAlsoWhereAReaderRestartsAfterItsEnd() {
        MemoryBudget.Shard shard = readAhead.open("shard");
        read(shard, READ_BYTES);
        shard.close();
        shard.restarted();
        assertThat(readAhead.held()).isZero();
    }

    /** Nobody knows what a read will bring. */
    @Test
    void readsUnderWayCountBeforeTheyReturn() {
        for (int shard = 0; shard < 10; shard++) {
            assertThat(readAhead.open("shard-" + shard).mayRead()).isTrue();
        }
        assertThat(readAhead.open("one more").mayRead()).isFalse();
        readAhead.of("shard-0").read(0);
        assertThat(readAhead.of("one more").mayRead()).isTrue();
    }

    /** Of small attributes a read takes a multiple of what DynamoDB counts. */
    @Test
    void readsAreExpectedToBringWhatThoseOfTheSourceBrought() {
        MemoryBudget.Shard first = readAhead.open("first");
        read(first, LIMIT / 2);
        first.taken(LIMIT / 2);
        first.ended(LIMIT / 2);
        assertThat(first.mayRead()).isTrue();
        assertThat(readAhead.open("second").mayRead()).isTrue();
        assertThat(readAhead.open("third").mayRead()).isFalse();
        first.read(0);
        readAhead.of("second").read(0);
        for (int small = 0; small < 100; small++) {
            read(first, 0);
        }
        for (int shard = 0; shard < 10; shard++) {
            assertThat(readAhead.open("shard-" + shard).mayRead()).isTrue();
        }
    }

    @Test
    void oneShardWhoseChangesDoNotEndLeavesRoomToTheOthers() {
        MemoryBudget narrow = new MemoryBudget(LIMIT, 100 * LIMIT);
        MemoryBudget.Shard stuck = narrow.open("stuck");
        read(stuck, LIMIT / 2);
        assertThat(stuck.mayRead()).isFalse();
        assertThat(narrow.open("other").mayRead()).isTrue();
    }

    @Test
    void whatIsLargerThanEveryBoundStillPassesAlone() {
        MemoryBudget tiny = new MemoryBudget(1, 1);
        MemoryBudget.Shard shard = tiny.open("1");
        read(shard, 3 * READ_BYTES);
        assertThat(shard.mayRead()).isFalse();
        assertThat(tiny.open("2").mayRead()).isFalse();
        shard.taken(3 * READ_BYTES);
        shard.ended(3 * READ_BYTES);
        read(shard, READ_BYTES);
    }

    /** KCL drops what it has queued without a word when a lease is lost. */
    @Test
    void aLostShardHoldsNothingWhateverItHadQueuedOrOpen() {
        MemoryBudget.Shard shard = readAhead.open("1");
        read(shard, READ_BYTES);
        shard.taken(READ_BYTES / 2);
        shard.close();
        assertThat(readAhead.held()).isZero();
        shard.ended(READ_BYTES / 2);
        shard.taken(READ_BYTES / 2);
        assertThat(readAhead.held()).isZero();
        assertThat(shard.mayRead()).isFalse();
    }

    @Test
    void aReadThatReturnsAfterItsShardIsLostHoldsNothing() {
        MemoryBudget.Shard shard = readAhead.open("1");
        assertThat(shard.mayRead()).isTrue();
        shard.close();
        shard.read(READ_BYTES);
        assertThat(readAhead.held()).isZero();
    }

    @Test
    void theNextReaderOfAShardBeginsWithNothing() {
        MemoryBudget.Shard before = readAhead.open("1");
        read(before, READ_BYTES);
        MemoryBudget.Shard now = readAhead.open("1");
        assertThat(readAhead.held()).isZero();
        assertThat(readAhead.of("1")).isSameAs(now);
        before.close();
        assertThat(readAhead.of("1")).isSameAs(now);
    }

    /** KCL's subscription starts anew behind the last batch it took; what comes of the old one all the same counts. */
    @Test
    void whatIsDroppedToBeReadAgainIsCountedOnce() {
        MemoryBudget.Shard shard = readAhead.open("1");
        read(shard, READ_BYTES);
        shard.taken(READ_BYTES / 2);
        shard.restarted();
        assertThat(readAhead.held()).isEqualTo(READ_BYTES / 2);
        shard.taken(READ_BYTES / 2);
        assertThat(readAhead.held()).isEqualTo(READ_BYTES);
        shard.ended(READ_BYTES / 2);
        shard.ended(READ_BYTES / 2);
        assertThat(readAhead.held()).isZero();
    }
}
