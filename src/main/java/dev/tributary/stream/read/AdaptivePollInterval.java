package dev.tributary.stream.read;

import java.time.Duration;
import java.time.InstantSource;
import software.amazon.kinesis.retrieval.polling.SleepTimeController;
import software.amazon.kinesis.retrieval.polling.SleepTimeControllerConfig;

/**
 * No pause behind a large batch, because more is waiting there; half the poll interval where changes come, and all of it
 * where none came.
 */
public final class AdaptivePollInterval implements SleepTimeController {

    /** GetRecords ends a batch at 1,000 records or 1 MB; a stream that is caught up gives a few. */
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
