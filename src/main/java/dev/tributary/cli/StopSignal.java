package dev.tributary.cli;

import dev.tributary.daemon.ExitCode;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/**
 * SIGTERM and SIGINT. Until the daemon begins to start, a signal ends the process at once. Then the first asks for an
 * orderly stop, and the second ends the process at once.
 *
 * <p>A shutdown hook would do for the first, but the exit code would be 143 then, and a second signal would be ignored.
 * The logger is looked up when it is needed: installing the handler must not wait for the logging to be set up.
 */
final class StopSignal {

    private enum State {
        /** Nothing that needs an orderly stop has begun. */
        IDLE,
        RUNNING,
        ASKED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private final CompletableFuture<Void> asked = new CompletableFuture<>();

    /** Held while something is done that must not follow a signal. */
    private final Object announcement = new Object();

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
        switch (state.getAndUpdate(before -> before == State.IDLE ? State.IDLE : State.ASKED)) {
            case IDLE -> Runtime.getRuntime().halt(ExitCode.OK);
            case RUNNING -> {
                synchronized (announcement) {
                    LoggerFactory.getLogger(StopSignal.class)
                            .info("SIG{}: stopping; send it again to end at once", name);
                }
                asked.complete(null);
            }
            case ASKED -> {
                LoggerFactory.getLogger(StopSignal.class)
                        .warn("SIG{} again: ending at once; open changes are read again at the next start", name);
                Runtime.getRuntime().halt(128 + number);
            }
        }
    }

    /** From now on a signal asks for an orderly stop. */
    void begin() {
        state.compareAndSet(State.IDLE, State.RUNNING);
    }

    /** Stops the process in order, as a signal would. */
    void ask() {
        state.set(State.ASKED);
        asked.complete(null);
    }

    /** Complete once a stop has been asked for. */
    CompletableFuture<Void> asked() {
        return asked;
    }

    /** Runs a short action, unless a stop has been asked for; a signal waits for its end. */
    void unlessAsked(Runnable action) {
        synchronized (announcement) {
            if (state.get() != State.ASKED) {
                action.run();
            }
        }
    }
}
