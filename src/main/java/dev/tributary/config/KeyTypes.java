package dev.tributary.config;

import java.util.regex.Pattern;

/** Types of values that several keys have. */
final class KeyTypes {

    static final ValueType<String> TABLE_NAME =
            ValueType.text("a table name of 3 to 255 letters, digits, _ . or -", "users", "[A-Za-z0-9_.-]{3,255}");
    static final ValueType<String> IDENTITY = ValueType.text(
            "1 to 255 letters, digits, _ . : or -", "111122223333:eu-central-1:users", "[A-Za-z0-9_.:-]{1,255}");
    static final ValueType<String> REGION_CODE =
            ValueType.text("the code of a region", "eu-central-1", "[a-z][a-z0-9-]{0,62}");
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9.-]+");

    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

    /** An IPv6 address with or without the brackets that it has in a URI; the value has none. */
    static final ValueType<String> HOST =
            new ValueType<>("a host name or address without a port", "127.0.0.1", KeyTypes::host);

    static final ValueType<Integer> PORT_NUMBER = ValueType.integer(0, 65535, 8080);

    private KeyTypes() {}

    private static String host(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String host = bracketed ? text.substring(1, text.length() - 1) : text;
        if (IPV6.matcher(host).matches()
                || (!bracketed && HOST_NAME.matcher(host).matches())) {
            return host;
        }
        throw new IllegalArgumentException(text);
    }
}
