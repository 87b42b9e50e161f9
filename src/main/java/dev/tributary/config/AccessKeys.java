package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;

import java.nio.file.Path;

/** Who may call the write endpoint, and what others on the network can see of that. */
final class AccessKeys {

    static final Key<Path> HTTP_TOKENS = optional(
            "http.tokens",
            ValueType.file("/etc/tributary/tokens"),
            "File with the hashes of bearer tokens and what each may do, a line for each, as `tributary token` prints"
                    + " it. With it, every request needs one. Read again while the daemon runs: what is good is used,"
                    + " what is not is left out and shown in health.");
    static final Key<Path> HTTP_TLS_CERTIFICATE = optional(
            "http.tls.certificate",
            ValueType.file("/etc/tributary/tls.crt"),
            "PEM file with the server's certificate and those between it and the authority, in this order. With it, the"
                    + " endpoint speaks TLS 1.2 and 1.3 only. Read again while the daemon runs, with its key.");
    static final Key<Path> HTTP_TLS_KEY = optional(
            "http.tls.key",
            ValueType.file("/etc/tributary/tls.key"),
            "PEM file with the certificate's private key, RSA or EC, as PKCS#8 and not encrypted. Only its owner and"
                    + " group may read it.");
    static final Key<Boolean> HTTP_ALLOW_PLAIN_TEXT = defaulting(
            "http.allow-plain-text",
            ValueType.bool(),
            "false",
            "Accepts tokens without TLS on a host other than loopback. Who sees the traffic can then use them: for a"
                    + " network that nobody else is in, behind a proxy that ends TLS.");

    private AccessKeys() {}
}
