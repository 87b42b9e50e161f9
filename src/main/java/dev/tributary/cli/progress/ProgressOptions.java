package dev.tributary.cli.progress;

import java.io.PrintWriter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option of long commands for the form of their progress. */
public final class ProgressOptions {

    @Option(
            names = "--progress",
            paramLabel = "bar|lines|off",
            description =
                    "How to show progress on stderr: as a bar, or as one JSON object about every second and one at the"
                            + " end. Default: a bar on a terminal, and lines elsewhere.")
    private @Nullable Form form;

    /** The forms of progress. */
    enum Form {
        BAR,
        LINES,
        OFF;

        /** The value on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * Shows the progress of a job until the returned object is closed.
     *
     * @param job the name of the command
     * @param subject what the job works on, such as a route
     * @param unit what it counts, such as {@code items}
     * @param progress returns the progress; called by another thread
     */
    public JobProgress start(String job, String subject, String unit, PrintWriter err, Supplier<Progress> progress) {
        Form chosen = form != null ? form : Terminal.isErr() ? Form.BAR : Form.LINES;
        ProgressOutput output =
                switch (chosen) {
                    case BAR -> new BarOutput(job + " " + subject, unit, err, Terminal.width());
                    case LINES -> new LineOutput(job, subject, unit, err);
                    case OFF -> ProgressOutput.NONE;
                };
        return JobProgress.start(output, progress, System::nanoTime);
    }
}
