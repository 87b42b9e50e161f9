package dev.tributary.daemon;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.local.LocalSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** The identifier of this process among the workers. */
final class WorkerId {

    private WorkerId() {}

    /**
     * Returns the configured identifier, or one that no other process has.
     *
     * <p>A process that restarts with its old identifier owns its old leases at once, also after a crash. With DynamoDB Local
     * inside, the identifier is fixed: only one process can listen on its port.
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
