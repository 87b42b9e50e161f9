package dev.tributary.config;

import java.time.Duration;

/** How workers share shards through the lease table. */
public interface LeaseSettings {

    /** Time without renewal after which a lease is taken from its worker; renewed three times within it. At least 3 s. */
    Duration duration();
}
