package dev.tributary.cli;

/** Exit codes of the command line. */
final class ExitCode {

    static final int OK = 0;
    /** Something failed that was not expected; the log says what. */
    static final int FAILED = 1;
    /** The command line or the configuration is wrong. */
    static final int CONFIGURATION = 2;
    /** The tables are not as the configuration needs them, or cannot be reached. */
    static final int TABLES = 3;

    private ExitCode() {}
}
