package dev.tributary.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/** Runs the unchanged daemon until standard input is closed. Each line of the input sets the level of its loggers. */
final class EndpointProcess {

    private EndpointProcess() {}

    /** Argument: the configuration file. */
    public static void main(String[] args) throws IOException {
        Thread daemon = new Thread(() -> Main.main(new String[] {"run", "--config", args[0]}), "daemon");
        daemon.setDaemon(true);
        daemon.start();
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            ((Logger) LoggerFactory.getLogger("dev.tributary")).setLevel(Level.valueOf(line));
        }
        System.exit(0);
    }
}
