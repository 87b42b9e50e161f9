package dev.tributary;

import dev.tributary.cli.Cli;

/** Entry point, and the only place that ends the process. */
public final class Main {

    private static final int FAILED = 1;

    private Main() {}

    /** Ends the process whatever is thrown and whatever threads a library has left running. */
    public static void main(String[] args) {
        int exitCode = FAILED;
        try {
            exitCode = Cli.execute(args);
        } catch (Throwable e) { // also an Error, also one of the logging
            System.err.println("tributary: a fault of the program or of its installation ended the process: " + e);
            e.printStackTrace();
        } finally {
            System.exit(exitCode);
        }
    }
}
