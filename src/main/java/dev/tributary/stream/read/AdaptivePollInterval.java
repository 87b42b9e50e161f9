package dev.tributary.stream.read;

import java.time.Duration;
import java.time.InstantSource;
import software.amazon.kinesis.retrieval.polling.SleepTimeController;
import software.amazon.kinesis.retrieval.polling.SleepTimeControllerConfig;

/**
 * KCL's pause between two reads of a shard: none after a large batch, because more records are waiting; half the poll
 * interval after a small batch; the whole interval after an empty one.
 */
public final class AdaptivePollInterval implements SleepTimeController {

    /** GetRecords returns at most 1,000 records or 1 MB; a reader that has caught up gets a few. */
    private static final int LARGE_BATCH = 100;

    private final InstantSource clock;

    public AdaptivePollInterval(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public long getSleepTimeMillis(SleepTimeControllerConfig config) {
        if (config.lastSuccessfulCall() == null || config.lastRecordsCount() == null) {
            return 0;
        }
        long pause = pause(config.lastRecordsCount(), config.idleMillisBetweenCalls());
        long since =
                Duration.between(config.lastSuccessfulCall(), clock.instant()).toMillis();
        return Math.max(0, Math.min(pause, pause - since)); // a clock may be set back
    }

    private static long pause(int records, long interval) {
        if (records >= LARGE_BATCH) {
            return 0;
        }
        return records > 0 ? interval / 2 : interval;
    }
}
