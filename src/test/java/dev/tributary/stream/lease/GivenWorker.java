package dev.tributary.stream.lease;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.kinesis.leases.EntityType;

/** Rows of the lease table as workers write them. */
public final class GivenWorker {

    private GivenWorker() {}

    /** The report of a worker that has not added its routes yet. */
    public static Map<String, AttributeValue> report(String worker, Instant at) {
        return Map.of(
                LeaseRows.KEY,
                AttributeValue.fromS(worker),
                LeaseRows.ENTITY_TYPE,
                AttributeValue.fromS(EntityType.WORKER_METRIC_STATS.getDdbValue()),
                "lut",
                AttributeValue.fromN(Long.toString(at.getEpochSecond())));
    }

    /**
     * The report of a worker.
     *
     * @param routes and sources of the worker, as it reports them
     */
    public static Map<String, AttributeValue> report(String worker, Instant at, String... routes) {
        Map<String, AttributeValue> row = new HashMap<>(report(worker, at));
        row.put(RouteReaders.ROUTES, AttributeValue.fromSs(List.of(routes)));
        return row;
    }
}
