package dev.tributary.daemon;

/** Exit codes of the command line. */
public final class ExitCode {

    public static final int OK = 0;
    /** Something failed that may not fail again, such as a table that did not answer. */
    public static final int FAILED = 1;
    /** The command line or the configuration is wrong. */
    public static final int CONFIGURATION = 2;
    /** The tables are not as the configuration needs them: another start would fail again. */
    public static final int TABLES = 3;

    private ExitCode() {}
}
