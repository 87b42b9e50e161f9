package dev.tributary.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT: the first asks for an orderly stop, the second ends the process at once.
 *
 * <p>A shutdown hook would do for the first, but the exit code would be 143 then, and a second signal would be ignored.
 */
final class StopSignal {

    private static final Logger log = LoggerFactory.getLogger(StopSignal.class);

    private final CountDownLatch asked = new CountDownLatch(1);

    /** A stop signal that the signals of this process give. */
    static StopSignal install() {
        StopSignal stop = new StopSignal();
        handle("TERM", 15, stop);
        handle("INT", 2, stop);
        return stop;
    }

    /**
     * By reflection, because javac warns of sun.misc.Signal and cannot be told not to; the JDK has no other API for
     * signals, and supports this one.
     */
    private static void handle(String name, int number, StopSignal stop) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method handle = signal.getMethod("handle", signal, handler);
            Object proxy = Proxy.newProxyInstance(
                    StopSignal.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            stop.received(name, number);
                            return null;
                        }
                        return method.invoke(stop, arguments);
                    });
            Object unused =
                    handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JVM has no sun.misc.Signal", e);
        }
    }

    private void received(String name, int number) {
        if (asked.getCount() == 0) {
            log.warn("SIG{} again: ending at once; open changes are read again at the next start", name);
            Runtime.getRuntime().halt(128 + number);
        }
        log.info("SIG{}: stopping; send it again to end at once", name);
        asked.countDown();
    }

    /** Stops the process in order, as a signal would. */
    void ask() {
        asked.countDown();
    }

    /** Waits for the first signal. */
    void await() throws InterruptedException {
        asked.await();
    }
}
