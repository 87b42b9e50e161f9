package dev.tributary.stream;

import dev.tributary.stream.lease.LeaseRows;
import dev.tributary.stream.lease.SourceStartException;
import dev.tributary.stream.read.SourceHealth;
import dev.tributary.stream.read.StreamShards;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * The thread that checks a source once per lease duration: whether the table still has the stream that is read, and
 * whether all shards of the stream have a reader. The two are separate, because each may fail without the other.
 */
final class SourceCheck {

    private static final Logger log = LoggerFactory.getLogger(SourceCheck.class);

    private static final Duration TICK = Duration.ofSeconds(1);

    private final String source;
    private final StreamSelector streams;
    private final CurrentReader reader;
    private final StallDetector stalls;
    private final SourceHealth health;
    private final DynamoDbStreamsClient streamsClient;
    private final LeaseRows leases;
    private final long interval;
    private final AtomicBoolean checkNow;
    private final Consumer<Throwable> onFatal;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param interval between two checks
     * @param checkNow set by any thread to request a check of the stream within a second
     * @param onFatal receives errors of this program
     */
    SourceCheck(
            StreamSelector streams,
            StallDetector stalls,
            Duration interval,
            AtomicBoolean checkNow,
            Consumer<Throwable> onFatal) {
        this.source = streams.source();
        this.streams = streams;
        this.reader = streams.reader();
        this.stalls = stalls;
        this.health = streams.gaps().health();
        this.streamsClient = streams.streamsClient();
        this.leases = streams.leases();
        this.interval = interval.toNanos();
        this.checkNow = checkNow;
        this.onFatal = onFatal;
        this.thread = new Thread(this::run, "source-check-" + source);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Interrupts the thread, and waits a second for its end. */
    void stop() throws InterruptedException {
        stopped.countDown();
        thread.interrupt();
        thread.join(TICK.toMillis());
    }

    private void run() {
        long streamChecked = System.nanoTime();
        long readersChecked = streamChecked - interval;
        try {
            while (!stopped.await(TICK.toMillis(), TimeUnit.MILLISECONDS)) {
                reader.updateHealth();
                if (checkNow.getAndSet(false) || System.nanoTime() - streamChecked >= interval) {
                    streamChecked = System.nanoTime();
                    checkStream();
                }
                if (System.nanoTime() - readersChecked >= interval) {
                    readersChecked = System.nanoTime();
                    checkReaders();
                }
            }
        } catch (InterruptedException e) {
            log.debug("source {}: the check thread ends", source);
        } catch (RuntimeException | Error e) {
            onFatal.accept(e);
        }
    }

    private void checkStream() throws InterruptedException {
        try {
            streams.select();
        } catch (SdkException | CompletionException | SourceStartException e) {
            if (stopped.getCount() > 0) {
                log.warn("source {}: its stream cannot be checked, which is tried again: {}", source, e.toString());
            }
        }
    }

    private void checkReaders() {
        try {
            StreamShards shards = reader.streamArn()
                    .flatMap(arn -> StreamShards.of(streamsClient, arn))
                    .orElseGet(() -> new StreamShards(List.of()));
            health.shardOrder(shards.startingBelowParent());
            stalls.checked(shards, leases.all());
        } catch (SdkException | CompletionException e) {
            // At info: health reports a check that keeps failing, and the check of the stream warns.
            log.info("source {}: its leases and shards cannot be checked: {}", source, e.toString());
        }
    }
}
