package dev.tributary.cli.progress;

import dev.tributary.cli.progress.JobProgress.State;

/** A form of progress. Called by one thread at a time. */
interface ProgressOutput {

    /** Shows nothing. */
    ProgressOutput NONE = (state, status) -> {};

    /** Shows how far the job has come. */
    void show(State state, Status status);

    /**
     * What both forms show.
     *
     * @param progress how far the job has come
     * @param seconds since its start
     * @param rate units a second since its start
     * @param secondsLeft an estimate; negative if there is none
     */
    record Status(Progress progress, double seconds, double rate, double secondsLeft) {}
}
