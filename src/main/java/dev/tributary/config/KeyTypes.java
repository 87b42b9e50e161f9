package dev.tributary.config;

/** Types of values that several keys have. */
final class KeyTypes {

    static final ValueType<String> TABLE_NAME =
            ValueType.text("a table name of 3 to 255 letters, digits, _ . or -", "users", "[A-Za-z0-9_.-]{3,255}");
    static final ValueType<String> REGION_CODE =
            ValueType.text("the code of a region", "eu-central-1", "[a-z][a-z0-9-]{0,62}");
    static final ValueType<String> HOST = ValueType.text(
            "a host name or address without a port",
            "127.0.0.1",
            "[A-Za-z0-9.-]+|\\[?[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*]?");
    static final ValueType<Integer> PORT_NUMBER = ValueType.integer(0, 65535, 8080);

    private KeyTypes() {}
}
