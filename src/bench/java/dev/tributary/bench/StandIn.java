package dev.tributary.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** The HTTP server of a process that stands in for DynamoDB. */
final class StandIn {

    private static final int BACKLOG = 1024;

    private StandIn() {}

    /** Says {@code endpoint <uri>}, serves until standard input ends, and ends the process. */
    static void serve(HttpHandler handler) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "4096");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.createContext("/", handler);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        System.out.println("endpoint http://127.0.0.1:" + server.getAddress().getPort());
        while (System.in.read() >= 0) {
            // Input is ignored; its end is the signal to stop.
        }
        System.exit(0);
    }

    /** Sends the JSON as a success. */
    static void reply(HttpExchange exchange, byte[] json) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
        exchange.sendResponseHeaders(200, json.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(json);
        }
    }
}
