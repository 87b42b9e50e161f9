package dev.tributary.daemon.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Throughput and latency of routes over the last quarter of an hour. The memory is bounded: samples beyond the first
 * {@link #SAMPLES} replace the oldest, and only {@link #MAX_ROUTES} routes are kept, the first by name. Safe for any thread.
 */
final class History {

    /** Seconds between two samples. */
    static final int INTERVAL_SECONDS = 5;

    /** The samples of a quarter of an hour. */
    static final int SAMPLES = 15 * 60 / INTERVAL_SECONDS;

    /** Bounds the memory: a route takes about 5 KB. */
    static final int MAX_ROUTES = 32;

    private static final double DIGITS = 1000;

    private final List<String> routes;

    /** The oldest first. Guarded by this. */
    private final Deque<Sample> samples = new ArrayDeque<>(SAMPLES);

    /** The mean values of one interval, in the order of the routes. */
    private static final class Sample {

        /** End of the interval, in milliseconds of the epoch. */
        private final long at;

        /** Changes per second. */
        private final double[] rates;

        /** In seconds; NaN where the target took no change. */
        private final double[] latencies;

        Sample(long at, int routes) {
            this.at = at;
            this.rates = new double[routes];
            this.latencies = new double[routes];
        }
    }

    /** @param all full names of all routes, in their order */
    History(List<String> all) {
        this.routes = all.stream().limit(MAX_ROUTES).toList();
    }

    /** Names of the routes that are kept. */
    List<String> routes() {
        return routes;
    }

    /** Adds the interval between two readings; returns it as JSON. */
    ObjectNode add(long at, MeterReading before, MeterReading now) {
        Sample sample = new Sample(at, routes.size());
        for (int i = 0; i < routes.size(); i++) {
            sample.rates[i] = now.rate(routes.get(i), before);
            Double latency = now.latency(routes.get(i), before);
            sample.latencies[i] = latency == null ? Double.NaN : latency;
        }
        synchronized (this) {
            if (samples.size() == SAMPLES) {
                samples.removeFirst();
            }
            samples.addLast(sample);
        }
        return json(List.of(sample));
    }

    /** All samples, the oldest first: their times, and a list of values for each route. */
    synchronized ObjectNode json() {
        return json(List.copyOf(samples));
    }

    private ObjectNode json(List<Sample> some) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode at = json.putArray("at");
        some.forEach(sample -> at.add(sample.at));
        ObjectNode series = json.putObject("routes");
        for (int i = 0; i < routes.size(); i++) {
            ObjectNode route = series.putObject(routes.get(i));
            ArrayNode rates = route.putArray("rate");
            ArrayNode latencies = route.putArray("latency");
            for (Sample sample : some) {
                rates.add(rounded(sample.rates[i]));
                latencies.add(rounded(sample.latencies[i]));
            }
        }
        return json;
    }

    /** With three digits behind the point; null for no value. */
    static @Nullable Double rounded(@Nullable Double value) {
        return value == null || !Double.isFinite(value) ? null : Math.round(value * DIGITS) / DIGITS;
    }
}
