package dev.tributary.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends requests as bytes, which may be malformed in any way; one on each connection. */
final class RawHttp {

    /** Longer than any reply takes in these tests: reaching it is the failure. */
    private static final int PATIENCE_MILLIS = 20_000;

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})[^\r]*\r\n");

    /** @param headers by name in lower case */
    record Response(int status, Map<String, String> headers, String body) {}

    private RawHttp() {}

    /**
     * Sends these bytes, and reads until the server closes the connection.
     *
     * @param request has to ask for that
     */
    static Response send(int port, byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return parse(response);
        }
    }

    private static Response parse(String response) {
        Matcher status = STATUS.matcher(response);
        int end = response.indexOf("\r\n\r\n");
        if (end >= 0 && response.startsWith("HTTP/1.1 100 ")) {
            return parse(response.substring(end + 4)); // skips 100 Continue
        }
        if (!status.lookingAt() || end < 0) {
            throw new AssertionError("no answer, but: " + response);
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line :
                response.substring(status.end(), Math.max(status.end(), end)).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new Response(Integer.parseInt(status.group(1)), headers, response.substring(end + 4));
    }
}
