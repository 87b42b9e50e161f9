package dev.tributary.daemon;

import dev.tributary.local.LocalSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The name of this process among the workers. */
final class WorkerId {

    private WorkerId() {}

    /**
     * The configured name, or one that no other process has.
     *
     * <p>A process that comes back under its old name goes on with its old leases at once, also after a crash. With
     * DynamoDB Local inside, that name can be fixed: its port admits one such process only.
     */
    static String of(Settings settings) {
        return settings.workerId()
                .orElseGet(() -> settings.local().mode() == LocalSettings.Mode.OFF ? hostAndRandom() : "local");
    }

    private static String hostAndRandom() {
        String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + random;
        } catch (UnknownHostException e) {
            return "worker-" + random;
        }
    }
}
