package dev.tributary.daemon;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.http.access.AccessSettings;
import dev.tributary.http.access.AdminAccess;
import dev.tributary.http.access.WriteAccess;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.telemetry.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashSet;
import java.util.Set;

/** The tokens, certificates and keys that the HTTP servers of a configuration need. */
public final class HttpFiles {

    private HttpFiles() {}

    /**
     * Reads them as a start does.
     *
     * @throws StartException if one cannot be used
     */
    public static void check(Settings settings) throws StartException {
        Health unused = new Health();
        try {
            AdminAccess.of(settings.admin().tokens(), unused).ifPresent(AdminAccess::close);
            Set<String> resources = new HashSet<>(settings.resource().keySet());
            resources.addAll(settings.read().keySet());
            AccessSettings access = settings.http().access();
            boolean reads = access.authenticates() || access.tls().files().isPresent();
            if (reads && !resources.isEmpty()) {
                WriteAccess.of(access, settings.http().limits(), resources, unused, new SimpleMeterRegistry())
                        .close();
            }
        } catch (HttpStartException e) {
            throw new StartException(ExitCode.CONFIGURATION, e);
        }
    }
}
