package dev.tributary.http;

import dev.tributary.config.AdminSettings;
import dev.tributary.config.BulkLimits;
import dev.tributary.config.HttpLimits;
import dev.tributary.config.HttpSettings;
import dev.tributary.config.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where a test has its server listen, and whom it lets in. */
record GivenHttp(
        String host,
        int port,
        boolean allowRemote,
        int maxBodyBytes,
        Optional<Path> tokens,
        Optional<TlsFiles> tls,
        boolean allowPlainText,
        HttpLimits limits,
        BulkLimits bulk,
        Optional<String> basePath)
        implements HttpSettings, AdminSettings {

    /** One caller may have two requests with many documents. */
    static final BulkLimits BULK = new BulkLimits(3, 50_000_000, Duration.ofMinutes(1));

    static final HttpLimits LIMITS = new HttpLimits(
            1024, 512, 67_108_864, 8192, Duration.ofSeconds(10), 1024, Duration.ofSeconds(30), Optional.empty());

    GivenHttp(String host, int port, boolean allowRemote, int maxBodyBytes) {
        this(
                host,
                port,
                allowRemote,
                maxBodyBytes,
                Optional.empty(),
                Optional.empty(),
                false,
                LIMITS,
                BULK,
                Optional.empty());
    }

    static GivenHttp onFreePort() {
        return new GivenHttp("127.0.0.1", 0, false, 1000);
    }

    GivenHttp at(String address) {
        return new GivenHttp(
                address, port, allowRemote, maxBodyBytes, tokens, tls, allowPlainText, limits, bulk, basePath);
    }

    GivenHttp withTokens(Path file) {
        return new GivenHttp(
                host, port, allowRemote, maxBodyBytes, Optional.of(file), tls, allowPlainText, limits, bulk, basePath);
    }

    GivenHttp withTls(Path certificate, Path key) {
        return new GivenHttp(
                host,
                port,
                allowRemote,
                maxBodyBytes,
                tokens,
                Optional.of(new TlsFiles(certificate, key)),
                allowPlainText,
                limits,
                bulk,
                basePath);
    }

    GivenHttp with(HttpLimits others) {
        return new GivenHttp(
                host, port, allowRemote, maxBodyBytes, tokens, tls, allowPlainText, others, bulk, basePath);
    }

    GivenHttp withPlainText() {
        return new GivenHttp(host, port, allowRemote, maxBodyBytes, tokens, tls, true, limits, bulk, basePath);
    }

    GivenHttp with(BulkLimits others) {
        return new GivenHttp(
                host, port, allowRemote, maxBodyBytes, tokens, tls, allowPlainText, limits, others, basePath);
    }

    GivenHttp under(String path) {
        return new GivenHttp(
                host, port, allowRemote, maxBodyBytes, tokens, tls, allowPlainText, limits, bulk, Optional.of(path));
    }
}
