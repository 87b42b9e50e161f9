package dev.tributary.http;

import dev.tributary.http.access.AccessSettings;
import dev.tributary.http.access.AdminTokenSettings;
import dev.tributary.http.access.RateSettings;
import dev.tributary.http.bulk.BulkLimits;
import dev.tributary.http.file.TlsSettings;
import dev.tributary.http.server.HostName;
import dev.tributary.http.server.HttpLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The settings of a test's server. */
record GivenHttp(
        String host,
        int port,
        boolean allowRemote,
        Optional<Path> tokens,
        TlsSettings tls,
        boolean allowPlainText,
        RateSettings rate,
        HttpLimits limits,
        BulkLimits bulk,
        Optional<String> basePath) {

    /** Allows one caller two bulk requests at once. */
    static final BulkLimits BULK = new BulkLimits(3, 50_000_000, Duration.ofMinutes(1));

    static final HttpLimits LIMITS = limits(1000);

    private static final TlsSettings PLAIN = new TlsSettings(Optional.empty(), Optional.empty());
    private static final RateSettings ANY_RATE = new RateSettings(Optional.empty(), Optional.empty());

    GivenHttp(String host, int port, boolean allowRemote, int maxBodyBytes) {
        this(
                host,
                port,
                allowRemote,
                Optional.empty(),
                PLAIN,
                false,
                ANY_RATE,
                limits(maxBodyBytes),
                BULK,
                Optional.empty());
    }

    private static HttpLimits limits(int maxBodyBytes) {
        return new HttpLimits(
                maxBodyBytes, 67_108_864, 512, 1024, 8192, Duration.ofSeconds(10), 1024, Duration.ofSeconds(30));
    }

    static GivenHttp onFreePort() {
        return new GivenHttp("127.0.0.1", 0, false, 1000);
    }

    GivenHttp at(String address) {
        return new GivenHttp(address, port, allowRemote, tokens, tls, allowPlainText, rate, limits, bulk, basePath);
    }

    GivenHttp withTokens(Path file) {
        return new GivenHttp(
                host, port, allowRemote, Optional.of(file), tls, allowPlainText, rate, limits, bulk, basePath);
    }

    GivenHttp withTls(Path certificate, Path key) {
        TlsSettings files = new TlsSettings(Optional.of(certificate), Optional.of(key));
        return new GivenHttp(host, port, allowRemote, tokens, files, allowPlainText, rate, limits, bulk, basePath);
    }

    GivenHttp with(HttpLimits others) {
        return new GivenHttp(host, port, allowRemote, tokens, tls, allowPlainText, rate, others, bulk, basePath);
    }

    GivenHttp with(RateSettings other) {
        return new GivenHttp(host, port, allowRemote, tokens, tls, allowPlainText, other, limits, bulk, basePath);
    }

    GivenHttp withPlainText() {
        return new GivenHttp(host, port, allowRemote, tokens, tls, true, rate, limits, bulk, basePath);
    }

    GivenHttp with(BulkLimits others) {
        return new GivenHttp(host, port, allowRemote, tokens, tls, allowPlainText, rate, limits, others, basePath);
    }

    GivenHttp under(String path) {
        return new GivenHttp(
                host, port, allowRemote, tokens, tls, allowPlainText, rate, limits, bulk, Optional.of(path));
    }

    HttpSettings settings() {
        return settings(Optional.empty());
    }

    HttpSettings withTokenList(String list) {
        return settings(Optional.of(list));
    }

    private HttpSettings settings(Optional<String> tokenList) {
        return new HttpSettings(
                new AccessSettings(new HostName(host), port, allowRemote, tokens, tokenList, tls, allowPlainText, rate),
                limits,
                bulk,
                basePath,
                false);
    }

    AdminSettings admin() {
        return new AdminSettings(new HostName(host), port, allowRemote, AdminTokenSettings.NONE);
    }
}
