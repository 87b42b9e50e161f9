package dev.tributary.config;

/** Where health and metrics are served. */
public interface AdminSettings {

    String host();

    /** 0 takes a free port. */
    int port();

    /** Whether a host other than loopback is accepted, although nothing authenticates callers. */
    boolean allowRemote();
}
