package dev.tributary.http.server;

import java.util.regex.Pattern;

/**
 * The host name or address that a server listens on.
 *
 * @param name without the brackets that an IPv6 address has in a URI
 */
public record HostName(String name) {

    /** The expected form, for messages. */
    public static final String EXPECTED = "a host name or address without a port";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.-]+");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");
    private static final Pattern LOOPBACK =
            Pattern.compile("(?i:localhost)|127(\\.\\d{1,3}){3}|::1|(0{1,4}:){7}0{0,3}1");

    /**
     * Reads a name or an address, which may have brackets.
     *
     * @throws IllegalArgumentException if the text is neither, or has a port
     */
    public static HostName parse(String text) {
        if (NAME.matcher(text).matches()) {
            return new HostName(text);
        }
        String address = text.replaceFirst("^\\[(.*)]$", "$1");
        if (IPV6.matcher(address).matches()) {
            return new HostName(address);
        }
        throw new IllegalArgumentException(text);
    }

    /** Whether only this machine can reach it. Decided by the text: the answer of a name server may change. */
    public boolean isLoopback() {
        return LOOPBACK.matcher(name).matches();
    }

    @Override
    public String toString() {
        return name;
    }
}
