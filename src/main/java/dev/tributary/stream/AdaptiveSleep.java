package dev.tributary.stream;

import java.time.Duration;
import java.time.InstantSource;
import software.amazon.kinesis.retrieval.polling.SleepTimeController;
import software.amazon.kinesis.retrieval.polling.SleepTimeControllerConfig;

/** No pause behind a large batch, because more is waiting there; the poll interval otherwise. */
final class AdaptiveSleep implements SleepTimeController {

    /** GetRecords ends a batch at 1,000 records or 1 MB; a stream that is caught up gives a few. */
    private static final int LARGE_BATCH = 100;

    private final InstantSource clock;

    AdaptiveSleep(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public long getSleepTimeMillis(SleepTimeControllerConfig config) {
        if (config.lastSuccessfulCall() == null || config.lastRecordsCount() == null) {
            return 0;
        }
        if (config.lastRecordsCount() >= LARGE_BATCH) {
            return 0;
        }
        Duration since = Duration.between(config.lastSuccessfulCall(), clock.instant());
        return Math.max(
                0, Math.min(config.idleMillisBetweenCalls(), config.idleMillisBetweenCalls() - since.toMillis()));
    }
}
