package dev.tributary.http;

import dev.tributary.config.AdminSettings;
import dev.tributary.config.BulkLimits;
import dev.tributary.config.HttpSettings;
import dev.tributary.config.TlsFiles;
import java.nio.file.Path;
import java.util.Optional;

/** Where a test has its server listen, and whom it lets in. */
record GivenHttp(
        String host,
        int port,
        boolean allowRemote,
        int maxBodyBytes,
        Optional<Path> tokens,
        Optional<TlsFiles> tls,
        boolean allowPlainText)
        implements HttpSettings, AdminSettings {

    GivenHttp(String host, int port, boolean allowRemote, int maxBodyBytes) {
        this(host, port, allowRemote, maxBodyBytes, Optional.empty(), Optional.empty(), false);
    }

    static GivenHttp onFreePort() {
        return new GivenHttp("127.0.0.1", 0, false, 1000);
    }

    GivenHttp at(String address) {
        return new GivenHttp(address, port, allowRemote, maxBodyBytes, tokens, tls, allowPlainText);
    }

    GivenHttp withTokens(Path file) {
        return new GivenHttp(host, port, allowRemote, maxBodyBytes, Optional.of(file), tls, allowPlainText);
    }

    GivenHttp withTls(Path certificate, Path key) {
        return new GivenHttp(
                host,
                port,
                allowRemote,
                maxBodyBytes,
                tokens,
                Optional.of(new TlsFiles(certificate, key)),
                allowPlainText);
    }

    GivenHttp withPlainText() {
        return new GivenHttp(host, port, allowRemote, maxBodyBytes, tokens, tls, true);
    }

    @Override
    public BulkLimits bulk() {
        return new BulkLimits(2, 50_000_000);
    }
}
