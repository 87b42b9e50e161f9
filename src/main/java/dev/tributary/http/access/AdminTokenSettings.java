package dev.tributary.http.access;

import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.http.server.HostName;
import java.nio.file.Path;
import java.util.Optional;

/** Who may act through the admin server. */
public record AdminTokenSettings(
        @Option(key = "tokens", pattern = ".*[^/]", example = "/etc/tributary/admin-tokens", doc = """
                File with the hashes of the bearer tokens of operators, one per line, as `tributary token operator admin:write`
                prints it. With one, the status page can redrive and discard parked items and acknowledge gaps; without, it is
                read-only. Keep it apart from `http.tokens`: a right on `*` includes `admin`. The file is read again whenever it
                changes.""")
        Optional<Path> file,

        @Option(
                key = "token-list",
                expected = "lines as `tributary token` prints them",
                example =
                        "operator sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 admin:write",
                hidden = true,
                doc = """
                The lines of such a file themselves, for a platform that gives secrets as environment variables. Line breaks
                or semicolons separate them. Read at the start only.""")
        Optional<String> list,

        @Option(key = "allow-plain-text", defaultValue = "false", doc = """
                Accepts `admin.tokens` on a host other than loopback. The admin endpoint has no TLS: whoever sees the traffic
                can then use the tokens.""")
        boolean allowPlainText) {

    /** Without tokens. */
    public static final AdminTokenSettings NONE = new AdminTokenSettings(Optional.empty(), Optional.empty(), false);

    /** Whether anybody may act. */
    public boolean given() {
        return file.isPresent() || list.isPresent();
    }

    /**
     * Reports contradictions.
     *
     * @param host that the admin server listens on
     */
    public void check(HostName host, CrossCheck check) {
        if (file.isPresent() && list.isPresent()) {
            check.report("token-list", "admin.tokens is given too", "remove one of them");
        }
        if (given() && !host.isLoopback() && !allowPlainText && check.accepted("tokens", "allow-plain-text")) {
            check.report(
                    "host",
                    host,
                    "is not loopback, and whoever sees the traffic could use the tokens of admin.tokens",
                    "listen on 127.0.0.1, remove admin.tokens, or set admin.allow-plain-text=true if something in front"
                            + " ends TLS");
        }
    }
}
