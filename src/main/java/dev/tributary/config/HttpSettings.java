package dev.tributary.config;

import java.nio.file.Path;
import java.util.Optional;

/** Where the write endpoint listens, and whom it lets in. */
public interface HttpSettings {

    /** Where the endpoint describes its routes; no route has this path. */
    String DESCRIPTION_PATH = "/openapi.json";

    /** Host name or address. Loopback, unless there are tokens that TLS or the network hides, or {@link #allowRemote()}. */
    String host();

    /** 0 takes a free port. */
    int port();

    /** Whether a host other than loopback is accepted, although nothing authenticates callers. */
    boolean allowRemote();

    /** What a proxy in front takes off the paths that callers use; absent: nothing. */
    Optional<String> basePath();

    /** The file of tokens; absent: callers are not authenticated. */
    Optional<Path> tokens();

    /** What it shows of itself with TLS; absent: it speaks plain HTTP. */
    Optional<TlsFiles> tls();

    /** Whether tokens are accepted over plain HTTP from other machines. */
    boolean allowPlainText();

    /** Largest request body in bytes. */
    int maxBodyBytes();

    /** What it takes on at once, and how long it waits. */
    HttpLimits limits();

    /** What requests with many documents may take. */
    BulkLimits bulk();
}
