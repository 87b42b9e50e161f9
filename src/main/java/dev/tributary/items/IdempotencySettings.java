package dev.tributary.items;

import dev.tributary.config.Checked;
import dev.tributary.config.CrossCheck;
import dev.tributary.config.Option;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.util.Optional;

/** How a resource treats requests with an idempotency key. */
public record IdempotencySettings(
        @Option(key = "idempotency", defaultValue = "optional", example = "required", doc = """
                Whether a request may, must or must not carry a key under which it takes effect once. `off` refuses
                `Idempotency-Key`.""")
        IdempotencyPolicy policy,

        @Option(key = "idempotency.attribute", expected = "an attribute name", example = "order_id", doc = """
                Attribute, a string or a number, whose value is the key of a `POST` or `PUT`, instead of `Idempotency-Key`.
                `PATCH` and `DELETE`, which have no whole item, take the header.""")
        Optional<String> attribute,

        @Option(
                key = "idempotency.expires",
                min = "1m",
                max = "720h",
                defaultValue = "24h",
                example = "1h",
                doc = "How long a key is known. After that the same request takes effect again.")
        Duration expires)
        implements Checked {

    /** Whether requests may carry a key. */
    public boolean takesKeys() {
        return policy != IdempotencyPolicy.OFF;
    }

    @Override
    public void check(CrossCheck check) {
        attribute
                .filter(VersionStamp.RESERVED::contains)
                .ifPresent(name -> check.report(
                        "idempotency.attribute",
                        name,
                        "is reserved: only replication writes it",
                        "name another attribute"));
        if (!takesKeys()) {
            attribute.ifPresent(name -> check.report(
                    "idempotency.attribute",
                    name,
                    "has no effect, as " + check.label("idempotency") + " is off",
                    "remove one of them"));
        }
    }
}
