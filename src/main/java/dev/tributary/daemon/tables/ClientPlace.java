package dev.tributary.daemon.tables;

import java.net.URI;
import java.util.Optional;

/**
 * The place of the tables of a client.
 *
 * @param region empty if the SDK's provider chain decides
 * @param endpoint empty for that of the region
 * @param role empty for the credentials of the process
 */
record ClientPlace(Optional<String> region, Optional<URI> endpoint, Optional<String> role) {}
