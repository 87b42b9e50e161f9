package dev.tributary.config;

import static dev.tributary.config.Key.defaulting;
import static dev.tributary.config.Key.optional;
import static dev.tributary.config.Key.required;
import static dev.tributary.config.KeyTypes.REGION_CODE;
import static dev.tributary.config.KeyTypes.TABLE_NAME;

import dev.tributary.model.AttributeType;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/** Which requests are written to which table. */
final class WriteKeys {

    static final Key<String> PATH = required(
            "write.<write>.path",
            ValueType.text(
                    "a path that starts with /, of letters, digits, . _ ~ - and single /, without segments . and ..",
                    "/users",
                    "/|(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+"),
            "Path of the HTTP endpoint.");
    static final Key<String> TABLE = required("write.<write>.table", TABLE_NAME, "The table the items are put into.");
    static final Key<String> REGION =
            optional("write.<write>.region", REGION_CODE, "Its region. Without it: `aws.region`.");
    static final Key<URI> ENDPOINT =
            optional("write.<write>.endpoint", ValueType.endpoint(), "Its endpoint. Without it: `aws.endpoint`.");
    static final Key<AttributeType> TYPE = optional(
            "write.<write>.type.<attribute>",
            ValueType.oneOf(AttributeType.class, AttributeType.N, AttributeType::name),
            "DynamoDB type the attribute is stored as. Without it: the type of its JSON value.");
    static final Key<String> DEFAULTS = optional(
            "write.<write>.defaults.<attribute>",
            ValueType.text("a value", "true", "(?s).+"),
            "Value of the attribute where the request has none: read as its `type`, or else as JSON, or else as a"
                    + " string. `B` is written in base64; sets, lists and maps as JSON.");
    static final Key<Set<String>> REQUIRED = optional(
            "write.<write>.required",
            ValueType.attributeNames(),
            "Attributes that every item has. A request without one of them, or with `null`, is refused.");
    static final Key<Set<String>> ALLOWED = optional(
            "write.<write>.allowed",
            ValueType.attributeNames(),
            "All attributes that a request may name, besides the key. Without it: any.");
    static final Key<GeneratedValue> GENERATED = optional(
            "write.<write>.generated.<attribute>",
            ValueType.generated("uuid"),
            "Makes the value where a `POST` or `PUT` has none: `now` is in seconds since 1970, `now-iso` like"
                    + " `2026-01-31T12:00:00.000Z`. `uuid` suits a key attribute.");
    static final Key<GeneratedValue> REFRESHED = optional(
            "write.<write>.refreshed.<attribute>",
            ValueType.generated("now+30m"),
            "Makes the value anew at every `POST`, `PUT` and `PATCH`, whatever the request has: the time of the last"
                    + " change, or a TTL that starts anew.");
    static final Key<String> VERSION = optional(
            "write.<write>.version",
            ValueType.text("an attribute name", "version", "(?s).+"),
            "Attribute, of type `N`, that every write of the endpoint counts up. It makes the `ETag` that `If-Match`"
                    + " and `If-None-Match` compare. Without it: no `ETag`.");
    static final Key<PreconditionPolicy> PRECONDITION = defaulting(
            "write.<write>.precondition",
            ValueType.oneOf(PreconditionPolicy.class, PreconditionPolicy.REQUIRED),
            "optional",
            "`required` refuses to change, replace or delete an existing item without `If-Match`.");

    static final Key<IdempotencyPolicy> IDEMPOTENCY = defaulting(
            "write.<write>.idempotency",
            ValueType.oneOf(IdempotencyPolicy.class, IdempotencyPolicy.REQUIRED),
            "optional",
            "Whether a request may, must or must not carry a key under which it takes effect once. `off` refuses"
                    + " `Idempotency-Key`.");
    static final Key<String> IDEMPOTENCY_ATTRIBUTE = optional(
            "write.<write>.idempotency.attribute",
            ValueType.text("an attribute name", "order_id", "(?s).+"),
            "Attribute, a string or a number, whose value is the key of a `POST` or `PUT`, instead of"
                    + " `Idempotency-Key`. `PATCH` and `DELETE`, which have no whole item, take the header.");
    static final Key<Duration> IDEMPOTENCY_EXPIRES = defaulting(
            "write.<write>.idempotency.expires",
            ValueType.duration("1m", "720h", "1h"),
            "24h",
            "How long a key is known. After that the same request takes effect again.");

    private WriteKeys() {}
}
