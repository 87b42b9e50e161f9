package dev.tributary.http.file;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.config.Section;
import java.nio.file.Path;
import java.util.Optional;

/** The certificate and the key for TLS. */
@Section(prefix = "tls")
public record TlsSettings(
        @Option(key = "certificate", pattern = ".*[^/]", example = "/etc/tributary/tls.crt", doc = """
                PEM file with the server's certificate and those between it and the authority, in this order. With it, the
                endpoint accepts TLS 1.2 and 1.3 only. It is read again, with its key, whenever it changes.""")
        Optional<Path> certificate,

        @Option(key = "key", pattern = ".*[^/]", example = "/etc/tributary/tls.key", doc = """
                PEM file with the certificate's private key, RSA or EC, as PKCS#8 and not encrypted. Only its owner and
                group may read it.""")
        Optional<Path> key)
        implements Checked {

    /** Both files; absent: the server speaks plain HTTP. */
    public Optional<TlsFiles> files() {
        return certificate.flatMap(chain -> key.map(secret -> new TlsFiles(chain, secret)));
    }

    @Override
    public void check(CrossCheck check) {
        if (certificate.isPresent() != key.isPresent() && check.accepted("certificate", "key")) {
            check.report(
                    certificate.isPresent() ? "certificate" : "key",
                    "TLS needs a certificate and its key",
                    "give " + check.name(certificate.isPresent() ? "key" : "certificate") + " too, or remove this");
        }
    }
}
