package dev.tributary.daemon.status;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all routes and sources at one moment.
 *
 * @param nanos when they were read, by a monotonic clock
 * @param routes by full name
 * @param lags of the sources in seconds, by name
 */
record MeterReading(long nanos, Map<String, RouteMeters> routes, Map<String, Double> lags) {

    /**
     * The meters of one route.
     *
     * @param changes number of changes that have ended
     * @param applied number of those that the target took
     * @param latency sum of their latencies in seconds
     * @param parked items that have parked changes, as far as this process knows
     * @param paused whether the route is paused
     */
    record RouteMeters(double changes, double applied, double latency, double parked, boolean paused) {

        static final RouteMeters NONE = new RouteMeters(0, 0, 0, 0, false);

        private RouteMeters with(Meter meter) {
            return switch (meter.getId().getName()) {
                case "tributary.changes" ->
                    new RouteMeters(changes + ((Counter) meter).count(), applied, latency, parked, paused);
                case "tributary.latency" -> {
                    Timer timer = (Timer) meter;
                    yield new RouteMeters(
                            changes,
                            applied + timer.count(),
                            latency + timer.totalTime(TimeUnit.MILLISECONDS) / 1000,
                            parked,
                            paused);
                }
                case "tributary.parked" -> new RouteMeters(changes, applied, latency, ((Gauge) meter).value(), paused);
                case "tributary.paused" ->
                    new RouteMeters(changes, applied, latency, parked, ((Gauge) meter).value() > 0);
                default -> this;
            };
        }
    }

    /** Reads all meters in one pass. */
    static MeterReading of(MeterRegistry registry, long nanos) {
        Map<String, RouteMeters> routes = new HashMap<>();
        Map<String, Double> lags = new HashMap<>();
        for (Meter meter : registry.getMeters()) {
            String route = meter.getId().getTag("route");
            String source = meter.getId().getTag("source");
            if (route != null) {
                routes.put(route, routes.getOrDefault(route, RouteMeters.NONE).with(meter));
            } else if (source != null && meter.getId().getName().equals("tributary.lag")) {
                lags.put(source, ((Gauge) meter).value());
            }
        }
        return new MeterReading(nanos, routes, lags);
    }

    RouteMeters route(String name) {
        return routes.getOrDefault(name, RouteMeters.NONE);
    }

    /** Seconds that a source is behind; null if this process does not read it. */
    @Nullable Double lag(String source) {
        Double lag = lags.get(source);
        return lag == null || lag.isNaN() ? null : lag;
    }

    /** Changes of a route per second since an earlier reading. */
    double rate(String route, MeterReading earlier) {
        double seconds = (nanos - earlier.nanos) / 1e9;
        return seconds <= 0
                ? 0
                : Math.max(0, route(route).changes() - earlier.route(route).changes()) / seconds;
    }

    /** Mean latency in seconds of the changes that the target took since an earlier reading; null if it took none. */
    @Nullable Double latency(String route, MeterReading earlier) {
        double applied = route(route).applied() - earlier.route(route).applied();
        return applied <= 0
                ? null
                : Math.max(0, route(route).latency() - earlier.route(route).latency()) / applied;
    }
}
