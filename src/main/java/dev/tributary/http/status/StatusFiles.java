package dev.tributary.http.status;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.HandlerRegistry;
import dev.tributary.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files of the status page, from this program's resources: no other path reaches a resource. Immutable. */
public final class StatusFiles {

    /** Path of the page. */
    public static final String PATH = "/status";

    /** Allows files and requests of this server only, and neither inline code and styles nor forms. */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

    private static final String CHART = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

    private static final List<String> NAMES = List.of(
            "page.css",
            "icon.svg",
            "page.js",
            "actions.js",
            "charts.js",
            "connection.js",
            "dom.js",
            "format.js",
            "routes.js",
            "tables.js");

    private final Map<String, File> files = new TreeMap<>();

    private record File(String type, String text, String tag) {}

    /** Reads the files. */
    public StatusFiles() {
        add(PATH, "page.html");
        NAMES.forEach(name -> add(PATH + "/" + name, name));
        add(PATH + "/chart.js", CHART);
    }

    private void add(String path, String resource) {
        String text = read(resource);
        String tag = "\"" + HexFormat.of().formatHex(Sha256.of(text.getBytes(UTF_8)), 0, 8) + "\"";
        files.put(path, new File(type(resource), text, tag));
    }

    private static String type(String resource) {
        return switch (resource.substring(resource.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> "text/javascript; charset=utf-8";
        };
    }

    private static String read(String resource) {
        try (InputStream stream = StatusFiles.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("the program lacks the resource " + resource);
            }
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Registers the page, its files, and a redirection from the root to the page. */
    public void addTo(HandlerRegistry registry) {
        for (String method : List.of("GET", "HEAD")) {
            files.forEach((path, file) -> registry.add(method, path, exchange -> send(file, exchange)));
            registry.add(
                    method, "/", exchange -> exchange.send(new Reply(302, Map.of("Location", PATH.substring(1)), "")));
        }
    }

    private static void send(File file, Exchange exchange) {
        if (exchange.path().endsWith("/")) { // the page's links are relative to its path
            exchange.send(
                    new Reply(302, Map.of("Location", ".." + exchange.pattern().text()), ""));
            return;
        }
        Map<String, String> headers = Map.of(
                "Content-Type",
                file.type(),
                "Content-Security-Policy",
                CONTENT_SECURITY_POLICY,
                "Cache-Control",
                Reply.REVALIDATE,
                "ETag",
                file.tag());
        boolean known = file.tag().equals(exchange.header("If-None-Match"));
        exchange.send(new Reply(known ? 304 : 200, headers, known ? "" : file.text()));
    }
}
