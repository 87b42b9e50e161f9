package dev.tributary.ingest;

import dev.tributary.config.AttributeType;
import dev.tributary.config.WriteSettings;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** Write settings that a test states. */
public record GivenWrites(String path, String table, Map<String, AttributeType> type, Map<String, String> defaults)
        implements WriteSettings {

    /** Those of the tutorial. */
    public static GivenWrites ofUsers(String table) {
        return new GivenWrites("/", table, Map.of("zipcode", AttributeType.N), Map.of("active", "true"));
    }

    @Override
    public Optional<String> region() {
        return Optional.empty();
    }

    @Override
    public Optional<URI> endpoint() {
        return Optional.empty();
    }
}
