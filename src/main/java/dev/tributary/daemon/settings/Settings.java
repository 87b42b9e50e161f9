package dev.tributary.daemon.settings;

import dev.tributary.config.Checked;
import dev.tributary.config.Configuration;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.InvalidConfigurationException;
import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.dynamo.TableSettings;
import dev.tributary.http.AdminSettings;
import dev.tributary.http.HttpSettings;
import dev.tributary.items.ResourceSettings;
import dev.tributary.items.query.ReadSettings;
import dev.tributary.latewrite.LateWriteSettings;
import dev.tributary.local.LocalSettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.lease.LeaseSettings;
import dev.tributary.telemetry.LogSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of the daemon, in the order of the reference: its own, and those of each feature. They are checked before
 * anything starts. Immutable; all maps are in the order of their names.
 */
@Section(title = "Process")
public record Settings(
        @Option(
                key = "application",
                pattern = "[A-Za-z0-9_.-]{1,128}",
                expected = "1 to 128 letters, digits, _ . or -",
                defaultValue = "tributary",
                doc = """
                Prefix of the tables that the daemon creates: `<application>-leases`, `<application>-dead-letters`,
                `<application>-late-writes` and `<application>-jobs` in each place where a source is;
                `<application>-acknowledgements` where such a source is the table of a resource; and
                `<application>-idempotency` in each place where the table of a resource is. Workers with the same
                application share the shards. Another application reads every stream from the start.""")
        String application,

        @Option(
                key = "worker-id",
                pattern = "\\S{1,128}",
                expected = "1 to 128 characters without white space",
                example = "worker-1",
                doc = """
                Name of this process in the lease tables; no two live workers may share it. Without it: the host name and a
                random part.""")
        Optional<String> workerId,

        @Option(key = "shutdown-timeout", min = "3s", max = "5m", defaultValue = "8s", doc = """
                Longest time from a stop signal to the end of the process. Keep it below the time after which the platform
                kills the process (10s with `docker stop`, 30s on ECS and with the systemd unit).""")
        Duration shutdownTimeout,

        LateWriteSettings lateWrite,
        AwsSettings aws,
        LogSettings log,
        Map<String, SourceSettings> source,
        LeaseSettings lease,
        Map<String, ResourceSettings> resource,
        Map<String, ReadSettings> read,
        HttpSettings http,
        AdminSettings admin,
        Map<String, DeclaredTable> table,
        LocalSettings local)
        implements Checked {

    /**
     * Reads a file and the environment.
     *
     * @throws InvalidConfigurationException with every error that was found
     */
    public static Settings load(Path file, Map<String, String> environment) throws InvalidConfigurationException {
        return Configuration.load(Settings.class, file, environment);
    }

    /**
     * Reads properties in memory.
     *
     * @throws InvalidConfigurationException with every error that was found
     */
    public static Settings of(Map<String, String> properties) throws InvalidConfigurationException {
        return Configuration.of(Settings.class, properties);
    }

    /**
     * Reads the text of a file, and the environment.
     *
     * @throws InvalidConfigurationException with every error that was found
     */
    public static Settings loadText(String text, Map<String, String> environment) throws InvalidConfigurationException {
        return Configuration.loadText(Settings.class, text, environment);
    }

    /** Name of the tables in which the workers share the shards of the sources, one in each place where a source is. */
    public String leaseTable() {
        return application + "-leases";
    }

    /** Whether two entries of the configuration name the same table. */
    public boolean isSame(TableSettings one, TableSettings other) {
        return TablePlace.of(one, aws).equals(TablePlace.of(other, aws));
    }

    /** Whether a resource writes to the table of a source, so that requests may wait for its targets. */
    public boolean isWrittenHere(SourceSettings source) {
        return resource.values().stream().anyMatch(written -> isSame(written, source));
    }

    @Override
    public void check(CrossCheck check) {
        new SettingsCheck(this, check).run();
        new TopologyCheck(this, check).run();
    }
}
