package dev.tributary.config;

import static dev.tributary.config.Key.optional;
import static dev.tributary.config.Key.required;
import static dev.tributary.config.KeyTypes.REGION_CODE;
import static dev.tributary.config.KeyTypes.TABLE_NAME;

import java.net.URI;

/** Which requests are written to which table. */
final class WriteKeys {

    static final Key<String> PATH = required(
            "write.<write>.path",
            ValueType.text(
                    "a path that starts with /, of letters, digits, . _ ~ - and single /",
                    "/users",
                    "/|(/[A-Za-z0-9._~-]+)+"),
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

    private WriteKeys() {}
}
