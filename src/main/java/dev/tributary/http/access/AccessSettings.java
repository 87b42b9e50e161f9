package dev.tributary.http.access;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.http.file.TlsSettings;
import dev.tributary.http.server.HostName;
import java.nio.file.Path;
import java.util.Optional;

/** The address of the item endpoint, and the callers that it accepts. */
public record AccessSettings(
        @Option(key = "host", defaultValue = "127.0.0.1", expected = HostName.EXPECTED, doc = "Address to listen on.")
        HostName host,

        @Option(key = "port", min = "0", max = "65535", defaultValue = "8080", doc = "Port; 0 takes a free one.")
        int port,

        @Option(key = "allow-remote", defaultValue = "false", doc = """
                Accepts a host other than loopback without `http.tokens`. Callers are then not authenticated: let only those
                reach the port who may write. Otherwise `Host` has to be `localhost` or a loopback address.""")
        boolean allowRemote,

        @Option(key = "tokens", pattern = ".*[^/]", example = "/etc/tributary/tokens", doc = """
                File with the hashes of bearer tokens and the rights of each, one per line, as `tributary token` prints it.
                With it, every request needs a token. The file is read again whenever it changes: valid lines are used,
                invalid ones are skipped and shown in health.""")
        Optional<Path> tokens,

        @Option(
                key = "token-list",
                expected = "lines as `tributary token` prints them",
                example = "app sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 users:read",
                hidden = true,
                doc = """
                The lines of a token file themselves, for a platform that gives secrets as environment variables. Line
                breaks or semicolons separate them. Read at the start only.""")
        Optional<String> tokenList,

        TlsSettings tls,

        @Option(key = "allow-plain-text", defaultValue = "false", doc = """
                Accepts tokens without TLS on a host other than loopback, where they can be read from the traffic: for a private network behind a proxy that terminates TLS.""")
        boolean allowPlainText,

        RateSettings rate)
        implements Checked {

    /** Whether every request needs a token. */
    public boolean authenticates() {
        return tokens.isPresent() || tokenList.isPresent();
    }

    @Override
    public void check(CrossCheck check) {
        if (tokens.isPresent() && tokenList.isPresent()) {
            check.report("token-list", "http.tokens is given too", "remove one of them");
        }
        if (host.isLoopback() || !check.accepted("tokens", "tls.certificate", "allow-remote", "allow-plain-text")) {
            return;
        }
        if (!authenticates() && !allowRemote) {
            check.report(
                    "host",
                    host,
                    "is not loopback, and nothing authenticates callers",
                    "listen on 127.0.0.1, give callers tokens with http.tokens, or set http.allow-remote=true if only"
                            + " trusted callers reach the port");
        }
        if (authenticates() && tls.certificate().isEmpty() && !allowPlainText) {
            check.report(
                    "host",
                    host,
                    "is not loopback, and tokens in plain text can be read from the traffic",
                    "listen on 127.0.0.1, give http.tls.certificate and http.tls.key, or set"
                            + " http.allow-plain-text=true if a proxy in front terminates TLS");
        }
    }
}
