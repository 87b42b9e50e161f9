package dev.tributary.ordering;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends submitted elements in as few calls as possible without waiting for a batch to fill: at once while fewer calls
 * are in flight than the limit; otherwise, when a call ends, with all elements that arrived meanwhile, up to the limits
 * of a call.
 *
 * <p>This is Nagle's rule with several calls in flight instead of one. Elements of one identity are sent in the order of
 * submission, one in each call at most. Identities take turns, so a thousand elements of one do not delay those of
 * others; an element that is too heavy for the rest of a call can be overtaken. Calls do not nest: a call that ends before
 * its starter returns, and an element that is submitted meanwhile by the same thread, are left to the loop that started
 * the call. Never blocks; safe for any thread.
 *
 * @param <T> element of a call
 */
public final class RequestBatcher<T> {

    /**
     * Elements that one call may look at, as a multiple of what it takes: enough to fill a call although a few elements
     * at the head are too heavy, without a search through the whole queue.
     */
    private static final int LOOK_AHEAD = 4;

    /** Stands for no further elements, because hardly an identity has any. */
    private static final Deque<?> NONE = new ArrayDeque<>(1);

    private final Limits limits;
    private final Function<T, ?> identity;
    private final ToLongFunction<T> weight;
    private final Function<List<T>, ? extends CompletionStage<?>> send;
    private final BiConsumer<List<T>, Throwable> failed;
    private final @Nullable Pace pace;

    /** Threads inside {@link #sendWaiting}. */
    private final Set<Thread> senders = ConcurrentHashMap.newKeySet();

    /** The first waiting element of each identity, in turn. Guards itself and the fields below. */
    private final Deque<T> waiting = new ArrayDeque<>();

    /** The identities of {@link #waiting}, and further elements of each. */
    private final Map<Object, Deque<T>> further = new HashMap<>();

    private int callsInFlight;
    private boolean paused;

    /**
     * Limits of the calls.
     *
     * @param concurrentCalls calls in flight before elements wait, at least 1; asked before each call
     * @param elements of one call; at least 1
     * @param weight of all elements of one call together; a single element may weigh more
     */
    public record Limits(IntSupplier concurrentCalls, int elements, long weight) {

        /** With a fixed number of concurrent calls. */
        public Limits(int concurrentCalls, int elements, long weight) {
            this(() -> concurrentCalls, elements, weight);
        }
    }

    /**
     * Limits the rate at which elements are sent.
     *
     * @param limiter grants each element before it is sent
     * @param timer resumes sending when the limiter grants elements again
     */
    public record Pace(AdaptiveRateLimiter limiter, ScheduledExecutorService timer) {}

    /**
     * Sends at an unlimited rate.
     *
     * @param identity the elements of one call differ in it
     * @param weight of an element; must be cheap, as it may be computed more than once for an element
     * @param send starts a call; its stage must complete, normally or not
     * @param failed receives the elements of a call whose start threw or whose stage failed; must not throw
     */
    public RequestBatcher(
            Limits limits,
            Function<T, ?> identity,
            ToLongFunction<T> weight,
            Function<List<T>, ? extends CompletionStage<?>> send,
            BiConsumer<List<T>, Throwable> failed) {
        this(limits, identity, weight, send, failed, null);
    }

    /** Sends at the rate of {@code pace}; the other parameters are those of the constructor without it. */
    public RequestBatcher(
            Limits limits,
            Function<T, ?> identity,
            ToLongFunction<T> weight,
            Function<List<T>, ? extends CompletionStage<?>> send,
            BiConsumer<List<T>, Throwable> failed,
            @Nullable Pace pace) {
        this.limits = limits;
        this.identity = identity;
        this.weight = weight;
        this.send = send;
        this.failed = failed;
        this.pace = pace;
    }

    /** Sends the element now, or when calls in flight have ended. */
    public void submit(T element) {
        synchronized (waiting) {
            add(element);
            if (!mayStartCall()) {
                return; // sent when a call ends or the pause is over
            }
        }
        sendWaiting();
    }

    private void add(T element) {
        if (limits.elements() == 1) {
            waiting.add(element);
            return;
        }
        Object key = identity.apply(element);
        Deque<T> same = further.get(key);
        if (same == null) {
            further.put(key, none());
            waiting.add(element);
        } else if (same == NONE) {
            further.put(key, new ArrayDeque<>(List.of(element)));
        } else {
            same.add(element);
        }
    }

    @SuppressWarnings("unchecked") // it is empty, and nothing is added to it
    private Deque<T> none() {
        return (Deque<T>) NONE;
    }

    private boolean mayStartCall() {
        return !paused && callsInFlight < limits.concurrentCalls().getAsInt() && !waiting.isEmpty();
    }

    private void sendWaiting() {
        Thread thread = Thread.currentThread();
        if (!senders.add(thread)) {
            return; // called from within the loop below, which goes on
        }
        try {
            for (List<T> call = next(); !call.isEmpty(); call = next()) {
                List<T> elements = call;
                start(elements).whenComplete((result, thrown) -> ended(elements, thrown));
            }
        } finally {
            senders.remove(thread);
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
                callsInFlight--;
            }
            sendWaiting();
        }
    }

    /** The elements of the next call; none where no call may start now. */
    private List<T> next() {
        synchronized (waiting) {
            if (!mayStartCall()) {
                return List.of();
            }
            int wanted = Math.min(limits.elements(), waiting.size());
            List<T> call = pace == null ? take(wanted) : take(wanted, pace);
            callsInFlight += call.isEmpty() ? 0 : 1;
            return call;
        }
    }

    private List<T> take(int wanted, Pace limited) {
        int permits = limited.limiter().take(wanted);
        if (permits == 0) {
            pause(limited);
            return List.of();
        }
        List<T> call = take(permits);
        limited.limiter().giveBack(permits - call.size());
        return call;
    }

    /** Removes from the queue the elements that share the next call, at least one. */
    private List<T> take(int atMost) {
        if (limits.elements() == 1) {
            return List.of(waiting.removeFirst());
        }
        List<T> call = new ArrayList<>();
        Iterator<T> elements = waiting.iterator();
        long heavy = 0;
        for (int left = LOOK_AHEAD * limits.elements();
                left > 0 && call.size() < atMost && heavy < limits.weight() && elements.hasNext();
                left--) {
            T element = elements.next();
            long more = weight.applyAsLong(element);
            if (call.isEmpty() || heavy + more <= limits.weight()) {
                call.add(element);
                heavy += more;
                elements.remove();
            }
        }
        call.forEach(this::taken);
        return call;
    }

    /** The next element of the identity, if there is one, takes its turn behind all others. */
    private void taken(T element) {
        Object key = identity.apply(element);
        Deque<T> same = requireNonNull(further.get(key));
        if (same.isEmpty()) {
            further.remove(key);
        } else {
            waiting.add(same.removeFirst());
        }
    }

    private void pause(Pace limited) {
        paused = true;
        limited.timer()
                .schedule(
                        () -> {
                            synchronized (waiting) {
                                paused = false;
                            }
                            sendWaiting();
                        },
                        limited.limiter().untilNext().toMillis() + 1,
                        TimeUnit.MILLISECONDS);
    }
}
