package dev.tributary.cli.progress;

import dev.tributary.cli.progress.JobProgress.State;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress as a bar on one line of a terminal. */
final class BarOutput implements ProgressOutput {

    /** Longer than any job: the library's timer draws once, at its start, which is ignored. */
    private static final int NEVER_MILLIS = Integer.MAX_VALUE;

    private final String name;
    private final PrintWriter err;
    private final ProgressBar bar;
    private volatile double secondsLeft = -1;
    private volatile double rate;
    private int drawn;

    /** Whether the progress is being shown; guarded by this, as is {@link #drawn}. */
    private boolean showing;

    BarOutput(String name, String unit, PrintWriter err, int width) {
        this.name = name;
        this.err = err;
        this.bar = new ProgressBarBuilder()
                .setTaskName(name)
                .setUnit(" " + unit, 1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(NEVER_MILLIS)
                .continuousUpdate() // otherwise a refresh that finds no new count draws nothing
                .setEtaFunction(state ->
                        secondsLeft < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(Math.round(secondsLeft))))
                .setConsumer(new DelegatingProgressBarConsumer(this::draw, width - 1))
                .build();
    }

    @Override
    public synchronized void show(State state, Status status) {
        Progress progress = status.progress();
        secondsLeft = status.secondsLeft();
        rate = status.rate();
        bar.maxHint(progress.expected() > 0 ? Math.max(progress.expected(), progress.done()) : -1);
        bar.stepTo(progress.done());
        bar.setExtraMessage(Math.round(rate) + "/s"
                + progress.counts().entrySet().stream()
                        .filter(count -> count.getValue() != 0)
                        .map(count -> " " + count.getKey() + " " + count.getValue())
                        .collect(Collectors.joining()));
        showing = true;
        bar.refresh();
        showing = false;
        if (state != State.RUNNING) {
            err.println();
            err.flush();
        }
    }

    private synchronized void draw(String line) {
        if (!showing) {
            return;
        }
        err.print('\r' + line + " ".repeat(Math.max(0, drawn - line.length())));
        err.flush();
        drawn = line.length();
    }

    @Override
    public String toString() {
        return name;
    }
}
