package dev.tributary.bench;

import dev.tributary.Main;
import java.io.IOException;

/** The unchanged daemon, until standard input is closed. */
final class EndpointProcess {

    private EndpointProcess() {}

    /** Argument: the configuration file. */
    public static void main(String[] args) throws IOException {
        Thread daemon = new Thread(() -> Main.main(new String[] {"run", "--config", args[0]}), "daemon");
        daemon.setDaemon(true);
        daemon.start();
        while (System.in.read() >= 0) {
            // Input is ignored; its end is the signal to stop.
        }
        System.exit(0);
    }
}
