package dev.tributary.http.file;

import dev.tributary.telemetry.Health;
import java.util.List;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** TLS with a certificate that may be replaced while connections are open; new connections get the new one. */
public final class Tls {

    private final ProtectedFile certificate;
    private final ProtectedFile key;
    private final SslContextFactory.Server context = new SslContextFactory.Server();

    public Tls(TlsFiles files) {
        this.certificate = new ProtectedFile(files.certificate(), false);
        this.key = new ProtectedFile(files.key(), true);
        context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        context.setKeyStorePassword(PemIdentity.PASSWORD);
    }

    public ReloadingFiles reloaded(Health health) {
        return new ReloadingFiles("http.tls", List.of(certificate, key), this::read, health);
    }

    private String read() throws UnusableFileException {
        PemIdentity identity = PemIdentity.read(certificate, key);
        try {
            context.reload(factory -> factory.setKeyStore(identity.keyStore()));
        } catch (Exception e) { // declared so by Jetty
            throw new UnusableFileException("%s: cannot be used: %s".formatted(certificate.path(), e.getMessage()), e);
        }
        return "certificate of %s, good until %s".formatted(certificate.path(), identity.end());
    }

    /** The context of the connector. */
    public SslContextFactory.Server context() {
        return context;
    }
}
