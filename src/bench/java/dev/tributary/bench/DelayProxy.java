package dev.tributary.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Forwards TCP connections to another loopback port, each byte a fixed time after its arrival. It does not limit the rate.
 * Delayed bytes are in memory; they are few, because requests wait for their replies.
 */
final class DelayProxy implements AutoCloseable {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final int port;
    private final long delayNanos;
    private final List<Pipe> pipes = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private volatile boolean closed;

    /** Bytes and the time to forward them; no bytes mean the end of the stream. */
    private record Chunk(long due, ByteBuffer bytes) {}

    /** One direction of a connection. */
    private record Pipe(SocketChannel from, SocketChannel to, Queue<Chunk> underway) {

        /** Closes both ends: HTTP closes no single direction. */
        void close() {
            try (from;
                    to) {
                underway.clear();
            } catch (IOException e) {
                System.err.println("delay proxy: " + e);
            }
        }
    }

    private DelayProxy(int port, Duration delay) throws IOException {
        this.port = port;
        this.delayNanos = delay.toNanos();
    }

    /**
     * @param port to forward connections to
     * @param delay of each direction; with zero it does not listen
     */
    static DelayProxy start(int port, Duration delay) throws IOException {
        DelayProxy proxy = new DelayProxy(port, delay);
        if (proxy.delays()) {
            proxy.server.bind(new InetSocketAddress(LOOPBACK, 0)).configureBlocking(false);
            proxy.server.register(proxy.selector, SelectionKey.OP_ACCEPT);
            Thread thread = new Thread(proxy::run, "delay-proxy");
            thread.setDaemon(true);
            thread.start();
        }
        return proxy;
    }

    boolean delays() {
        return delayNanos > 0;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.socket().getLocalPort());
    }

    private void run() {
        while (!closed) {
            try {
                long wait = nanosToNextDue();
                if (wait <= 0) {
                    selector.selectNow(this::ready);
                } else {
                    selector.select(this::ready, (wait + 999_999) / 1_000_000);
                }
            } catch (IOException e) {
                System.err.println("delay proxy: " + e);
            }
            pipes.removeIf(pipe -> !deliver(pipe));
        }
    }

    private long nanosToNextDue() {
        long now = System.nanoTime();
        return pipes.stream()
                .filter(pipe -> !pipe.underway().isEmpty())
                .mapToLong(pipe -> pipe.underway().element().due() - now)
                .min()
                .orElse(Duration.ofSeconds(1).toNanos());
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                SocketChannel client = server.accept();
                SocketChannel target = SocketChannel.open(new InetSocketAddress(LOOPBACK, port));
                pipe(client, target);
                pipe(target, client);
            } else {
                read(key, (Pipe) key.attachment());
            }
        } catch (IOException e) {
            System.err.println("delay proxy: " + e);
        }
    }

    private void pipe(SocketChannel from, SocketChannel to) throws IOException {
        Pipe pipe = new Pipe(from, to, new ArrayDeque<>());
        from.configureBlocking(false).register(selector, SelectionKey.OP_READ, pipe);
        from.setOption(StandardSocketOptions.TCP_NODELAY, true);
        pipes.add(pipe);
    }

    private void read(SelectionKey key, Pipe pipe) {
        buffer.clear();
        int count;
        try {
            count = pipe.from().read(buffer);
        } catch (IOException reset) {
            count = -1;
        }
        if (count < 0) {
            key.cancel();
        }
        byte[] bytes = new byte[Math.max(0, count)];
        buffer.flip().get(bytes);
        pipe.underway().add(new Chunk(System.nanoTime() + delayNanos, ByteBuffer.wrap(bytes)));
    }

    /** Whether there may be more to forward. */
    private static boolean deliver(Pipe pipe) {
        if (!pipe.from().isOpen()) {
            return false;
        }
        try {
            while (!pipe.underway().isEmpty()) {
                Chunk head = pipe.underway().element();
                if (head.due() - System.nanoTime() > 0) {
                    return true;
                }
                if (head.bytes().capacity() == 0) {
                    pipe.close();
                    return false;
                }
                pipe.to().write(head.bytes());
                if (head.bytes().hasRemaining()) {
                    return true;
                }
                pipe.underway().remove();
            }
            return true;
        } catch (IOException gone) {
            pipe.close();
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        server.close();
    }
}
