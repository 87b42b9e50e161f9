package dev.tributary.cli;

import dev.tributary.daemon.settings.ExitCode;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/**
 * Handles SIGTERM and SIGINT. Before {@link #begin}, a signal ends the process at once. After it, the first signal
 * requests an orderly stop, and the second ends the process at once.
 *
 * <p>With a shutdown hook instead, the exit code would be 143, and a second signal would be ignored. The logger is looked
 * up when it is needed, so that installing the handler does not wait for the logging to be set up.
 */
final class StopSignal {

    private enum State {
        /** No part that needs an orderly stop has started. */
        IDLE,
        RUNNING,
        STOPPING
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
    private final CompletableFuture<Void> stopRequested = new CompletableFuture<>();

    /** Held during an action that must not run after a signal. */
    private final Object announcement = new Object();

    /** Installs the handlers of both signals. */
    static StopSignal install() {
        StopSignal stop = new StopSignal();
        handle("TERM", 15, stop);
        handle("INT", 2, stop);
        return stop;
    }

    /**
     * By reflection, because javac warns about sun.misc.Signal and the warning cannot be suppressed. The JDK has no other
     * API for signals, and supports this one.
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
        switch (state.getAndUpdate(before -> before == State.IDLE ? State.IDLE : State.STOPPING)) {
            case IDLE -> Runtime.getRuntime().halt(ExitCode.OK);
            case RUNNING -> {
                synchronized (announcement) {
                    LoggerFactory.getLogger(StopSignal.class)
                            .info("SIG{}: stopping; a second signal ends the process at once", name);
                }
                stopRequested.complete(null);
            }
            case STOPPING -> {
                LoggerFactory.getLogger(StopSignal.class)
                        .warn("SIG{} again: ending at once; open changes are read again at the next start", name);
                Runtime.getRuntime().halt(128 + number);
            }
        }
    }

    /** From now on a signal requests an orderly stop. */
    void begin() {
        state.compareAndSet(State.IDLE, State.RUNNING);
    }

    /** Requests an orderly stop, as a signal does. */
    void requestStop() {
        state.set(State.STOPPING);
        stopRequested.complete(null);
    }

    /** Completes when a stop is requested. */
    CompletableFuture<Void> stopRequested() {
        return stopRequested;
    }

    /** Runs a short action, unless a stop is requested. A signal waits for its end. */
    void unlessStopping(Runnable action) {
        synchronized (announcement) {
            if (state.get() != State.STOPPING) {
                action.run();
            }
        }
    }
}
