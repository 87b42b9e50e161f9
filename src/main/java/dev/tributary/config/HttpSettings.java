package dev.tributary.config;

/** Where the write endpoint listens. */
public interface HttpSettings {

    /** Host name or address; loopback unless {@link #allowRemote()}. */
    String host();

    /** 0 takes a free port. */
    int port();

    /** Whether a host other than loopback is accepted, although nothing authenticates callers. */
    boolean allowRemote();

    /** Largest request body in bytes. */
    int maxBodyBytes();
}
