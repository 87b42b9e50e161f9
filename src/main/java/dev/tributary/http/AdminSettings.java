package dev.tributary.http;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.config.Section;
import dev.tributary.http.access.AdminTokenSettings;
import dev.tributary.http.server.HostName;

/** The endpoint of the status page, health and metrics. */
@Section(prefix = "admin", title = "Admin endpoint", intro = "The status page, health and metrics.")
public record AdminSettings(
        @Option(key = "host", defaultValue = "127.0.0.1", expected = HostName.EXPECTED, doc = "Address to listen on.")
        HostName host,

        @Option(
                key = "port",
                min = "0",
                max = "65535",
                defaultValue = "8081",
                example = "8080",
                doc = "Port; 0 takes a free one.")
        int port,

        @Option(key = "allow-remote", defaultValue = "false", doc = """
                Accepts a host other than loopback. Callers are not authenticated: let only load balancers and scrapers
                reach the port. Otherwise `Host` has to be `localhost` or a loopback address.""")
        boolean allowRemote,

        AdminTokenSettings tokens)
        implements Checked {

    @Override
    public void check(CrossCheck check) {
        tokens.check(host, check);
        if (!host.isLoopback() && !allowRemote && check.accepted("allow-remote")) {
            check.report(
                    "host",
                    host,
                    "is not loopback, and nothing authenticates callers",
                    "listen on 127.0.0.1, or set admin.allow-remote=true if only trusted callers reach the port");
        }
    }
}
