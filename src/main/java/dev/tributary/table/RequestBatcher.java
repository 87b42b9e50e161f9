package dev.tributary.table;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is submitted in as few calls as possible without ever waiting for more: at once while few calls are under
 * way, and else, when a call ends, all that has come meanwhile, up to the most a call takes.
 *
 * <p>This is Nagle's rule with several calls under way instead of one. Safe for any thread; elements go in the order
 * they came, but for those that may not share a call with one before them. Where the {@link AdaptiveRateLimiter} is too fast for that,
 * they wait for it.
 *
 * @param <T> element of a call
 */
final class RequestBatcher<T> {

    /**
     * Elements that one call may pass over, as a multiple of what it takes: enough to find others where a few rows at the
     * head are of one identity or too heavy, and no search through all that waits.
     */
    private static final int LOOK_AHEAD = 4;

    private final int callsAtOnce;
    private final int mostPerCall;
    private final long heaviestCall;
    private final Function<T, ?> identity;
    private final ToLongFunction<T> weight;
    private final Function<List<T>, ? extends CompletionStage<?>> send;
    private final BiConsumer<List<T>, Throwable> failed;
    private final AdaptiveRateLimiter pace;
    private final ScheduledExecutorService timer;
    private final Deque<T> waiting = new ArrayDeque<>();
    private int calls;
    private boolean resting;

    /**
     * @param callsAtOnce calls under way before elements wait
     * @param mostPerCall elements of one call
     * @param heaviestCall of all elements together; one element may weigh more
     * @param identity what the elements of one call must differ in
     * @param weight of an element; asked more than once
     * @param send starts a call; its stage must end at some time, however it ends
     * @param failed receives the elements of a call that threw or whose stage failed; must not throw
     * @param pace asked before each call how many elements may go
     * @param timer goes on when the pace allows it
     */
    RequestBatcher(
            int callsAtOnce,
            int mostPerCall,
            long heaviestCall,
            Function<T, ?> identity,
            ToLongFunction<T> weight,
            Function<List<T>, ? extends CompletionStage<?>> send,
            BiConsumer<List<T>, Throwable> failed,
            AdaptiveRateLimiter pace,
            ScheduledExecutorService timer) {
        this.callsAtOnce = callsAtOnce;
        this.mostPerCall = mostPerCall;
        this.heaviestCall = heaviestCall;
        this.identity = identity;
        this.weight = weight;
        this.send = send;
        this.failed = failed;
        this.pace = pace;
        this.timer = timer;
    }

    void submit(T element) {
        synchronized (waiting) {
            waiting.add(element);
        }
        sendWaiting();
    }

    /**
     * Starts calls while some may start. A call that ends before this loop goes on leaves the rest to the loop, so that
     * calls that end at once do not nest.
     */
    private void sendWaiting() {
        for (List<T> call = next(); !call.isEmpty(); call = next()) {
            List<T> elements = call;
            AtomicBoolean leftToOther = new AtomicBoolean();
            start(elements).whenComplete((result, thrown) -> {
                ended(elements, thrown);
                if (leftToOther.getAndSet(true)) {
                    sendWaiting();
                }
            });
            leftToOther.set(true);
        }
    }

    private CompletionStage<?> start(List<T> call) {
        try {
            return send.apply(call);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void ended(List<T> call, @Nullable Throwable thrown) {
        try {
            if (thrown != null) {
                failed.accept(call, thrown);
            }
        } finally {
            synchronized (waiting) {
                calls--;
            }
        }
    }

    private List<T> next() {
        synchronized (waiting) {
            if (resting || calls == callsAtOnce || waiting.isEmpty()) {
                return List.of();
            }
            int permits = pace.take(Math.min(mostPerCall, waiting.size()));
            if (permits == 0) {
                rest();
                return List.of();
            }
            List<T> call = take(permits);
            pace.giveBack(permits - call.size());
            calls++;
            return call;
        }
    }

    /** Elements that may share a call, at least one. */
    private List<T> take(int atMost) {
        List<T> call = new ArrayList<>();
        Set<Object> identities = new HashSet<>();
        Iterator<T> elements = waiting.iterator();
        long heavy = 0;
        for (int left = LOOK_AHEAD * mostPerCall;
                left > 0 && call.size() < atMost && heavy < heaviestCall && elements.hasNext();
                left--) {
            T element = elements.next();
            long more = weight.applyAsLong(element);
            if ((call.isEmpty() || heavy + more <= heaviestCall) && identities.add(identity.apply(element))) {
                call.add(element);
                heavy += more;
                elements.remove();
            }
        }
        return call;
    }

    private void rest() {
        resting = true;
        timer.schedule(
                () -> {
                    synchronized (waiting) {
                        resting = false;
                    }
                    sendWaiting();
                },
                pace.untilNext().toMillis() + 1,
                TimeUnit.MILLISECONDS);
    }
}
