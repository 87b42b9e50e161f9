package dev.tributary.http.file;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks periodically whether files have changed. Started and closed once, by one thread. */
public final class FileChecks implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FileChecks.class);

    /** A change takes effect after two checks. */
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final String thread;
    private final List<ReloadingFiles> files;
    private @Nullable ScheduledExecutorService checking;

    /** @param thread name of the thread that checks; without files there is none */
    public FileChecks(String thread, List<ReloadingFiles> files) {
        this.thread = thread;
        this.files = List.copyOf(files);
    }

    public void start() {
        if (files.isEmpty()) {
            return;
        }
        checking = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, thread);
            made.setDaemon(true);
            return made;
        });
        checking.scheduleWithFixedDelay(this::check, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void check() {
        for (ReloadingFiles file : files) {
            try {
                file.check();
            } catch (RuntimeException e) {
                log.error("a file could not be checked; it will be checked again", e); // thrown, it would end the timer
            }
        }
    }

    @Override
    public void close() {
        if (checking != null) {
            checking.shutdownNow();
        }
    }
}
