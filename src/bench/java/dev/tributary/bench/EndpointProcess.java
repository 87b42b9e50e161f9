package dev.tributary.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Runs the unchanged daemon until standard input is closed. Each line of the input sets the level of its loggers. */
final class EndpointProcess {

    private EndpointProcess() {}

    /**
     * Starts it with the JVM options of the start script.
     *
     * @param heap its options for the heap
     */
    static ChildProcess start(Path configuration, String... heap) throws IOException {
        List<String> jvm = new ArrayList<>(List.of(heap));
        jvm.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:CICompilerCount=1",
                "-XX:+UseSerialGC",
                "-Daws.accessKeyId=local",
                "-Daws.secretAccessKey=local"));
        return ChildProcess.start(EndpointProcess.class, jvm, configuration.toString());
    }

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
