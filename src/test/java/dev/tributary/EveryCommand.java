package dev.tributary;

import dev.tributary.cli.Cli;
import java.util.List;

/** Runs the commands that read tables, one after the other in one JVM: what they load is for the class-data archive. */
final class EveryCommand {

    private EveryCommand() {}

    /**
     * Ends the process; with 1 if a command could not do its work. A result that needs a person is none of that, and
     * status has one: no daemon runs.
     *
     * @param arguments the configuration, as {@link EveryFeature} left its tables; the key of an item of its source
     */
    public static void main(String[] arguments) {
        String config = arguments[0];
        boolean failed = false;
        for (String command : List.of(
                "check",
                "gaps",
                "status",
                "plan",
                "dead-letters list",
                "explain --source users --key " + arguments[1],
                "verify",
                "backfill")) {
            failed |= Cli.execute((command + " --config " + config).split(" ")) > 1;
        }
        System.exit(failed ? 1 : 0);
    }
}
