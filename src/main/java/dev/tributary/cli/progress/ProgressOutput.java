package dev.tributary.cli.progress;

import dev.tributary.cli.progress.JobProgress.State;

/** A form of progress. Called by one thread at a time. */
interface ProgressOutput {

    /** Shows nothing. */
    ProgressOutput NONE = (state, status) -> {};

    /** Shows the progress of the job. */
    void show(State state, Status status);

    /**
     * The figures that both forms show.
     *
     * @param progress of the job
     * @param seconds since its start
     * @param rate units a second since its start
     * @param secondsLeft an estimate; negative if there is none
     */
    record Status(Progress progress, double seconds, double rate, double secondsLeft) {}
}
