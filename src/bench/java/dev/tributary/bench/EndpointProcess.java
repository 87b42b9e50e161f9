package dev.tributary.bench;

import dev.tributary.Main;
import java.io.IOException;

/** The daemon as it is, until standard input ends. */
final class EndpointProcess {

    private EndpointProcess() {}

    /** Argument: the configuration file. */
    public static void main(String[] args) throws IOException {
        Thread daemon = new Thread(() -> Main.main(new String[] {"run", "--config", args[0]}), "daemon");
        daemon.setDaemon(true);
        daemon.start();
        while (System.in.read() >= 0) {
            // Nothing is said to it.
        }
        System.exit(0);
    }
}
