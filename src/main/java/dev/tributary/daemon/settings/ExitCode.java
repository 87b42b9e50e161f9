package dev.tributary.daemon.settings;

/** Exit codes of the command line. */
public final class ExitCode {

    public static final int OK = 0;
    /** A temporary failure, such as a table that did not reply. */
    public static final int FAILED = 1;
    /** The command line or the configuration is invalid. */
    public static final int CONFIGURATION = 2;
    /** The tables do not fit the configuration; another start would fail again. */
    public static final int TABLES = 3;

    private ExitCode() {}
}
