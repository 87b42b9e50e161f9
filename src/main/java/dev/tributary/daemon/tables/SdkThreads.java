package dev.tributary.daemon.tables;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.utils.ThreadFactoryBuilder;

/** The threads that all SDK clients of the process share. Safe for any thread. */
final class SdkThreads implements AutoCloseable {

    /** Idle time after which the event loops end: closing a client leaves tasks to them. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /** Shorter than the timeouts of calls, so that none of them is the next to end. */
    private static final Duration WAKE = Duration.ofSeconds(1);

    /** As many as the SDK gives each client: what follows a timeout or repeats a call runs on them. */
    private static final int TIMER_THREADS = 5;

    /**
     * The group that a client makes for itself waits two seconds for further tasks when it is closed, which every stop and
     * every command would wait for.
     */
    private final EventLoopGroup eventLoops = new NioEventLoopGroup();

    private final SdkEventLoopGroup shared = SdkEventLoopGroup.create(eventLoops);

    /**
     * Ends calls in time, and repeats them. The timer that a client makes for itself wakes a thread when a call begins, and
     * for each of its timeouts again, long after the call: seven percent of the CPU of a daemon that reads 100 shards a
     * second. This one forgets the timeouts of calls that have ended, and wakes once a second instead of at each call.
     */
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            TIMER_THREADS,
            new ThreadFactoryBuilder()
                    .threadNamePrefix("sdk-timer")
                    .daemonThreads(true)
                    .build());

    SdkThreads() {
        timer.setRemoveOnCancelPolicy(true);
        timer.scheduleAtFixedRate(() -> {}, 0, WAKE.toMillis(), TimeUnit.MILLISECONDS);
    }

    SdkEventLoopGroup eventLoops() {
        return shared;
    }

    void addTo(ClientOverrideConfiguration.Builder override) {
        override.scheduledExecutorService(timer);
    }

    /** After the clients are closed. */
    @Override
    public void close() {
        timer.shutdownNow();
        eventLoops
                .shutdownGracefully(QUIET.toMillis(), CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT.toMillis());
    }
}
