package dev.tributary.inspect.plan;

import dev.tributary.dynamo.DescribedTable;
import dev.tributary.dynamo.TableControl;
import dev.tributary.inspect.InspectedRoute;
import dev.tributary.inspect.InspectedSource;
import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.scan.TableSample;
import dev.tributary.model.Item;
import dev.tributary.model.ItemSize;
import dev.tributary.projection.Projection;
import dev.tributary.stream.lease.LeaseSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** Samples a source and estimates the rows and the sizes of its routes. Writes nothing. Used once. */
public final class PlanReader {

    private static final double READ_UNIT_BYTES = 4096;

    /** DynamoDB splits a partition, and so a shard, at this size at the latest. */
    private static final long PARTITION_BYTES = 10L << 30;

    private final InspectedSource source;
    private final PacedCalls calls;
    private final RandomGenerator random;
    private final Map<InspectedRoute, RouteSample> samples = new LinkedHashMap<>();
    private Optional<String> streamArn = Optional.empty();
    private long items;
    private long bytes;
    private long largest;
    private double readUnits;

    /**
     * @param calls limits the read units of the sample
     */
    public PlanReader(InspectedSource source, PacedCalls calls, RandomGenerator random) {
        this.source = source;
        this.calls = calls;
        this.random = random;
    }

    /**
     * Estimates.
     *
     * @param sample number of items to read, from 1; a table with fewer is read as a whole
     * @return fails with what the SDK throws if a table cannot be described or read
     */
    public CompletableFuture<SourceEstimate> read(int sample) {
        String table = source.settings().table();
        CompletableFuture<TableDescription> described = source.client()
                .describeTable(request -> request.tableName(table))
                .thenApply(response -> response.table());
        CompletableFuture<LeaseSnapshot> leases = LeaseSnapshot.read(source.own(), source.leaseTable(), source.name());
        List<CompletableFuture<DescribedTable>> targets = source.routes().stream()
                .map(route -> new TableControl(route.client(), route.settings().table()).describe())
                .toList();
        return CompletableFuture.allOf(targets.toArray(CompletableFuture[]::new))
                .thenCompose(done -> described)
                .thenCompose(description -> {
                    DescribedTable from = DescribedTable.of(description);
                    prepare(from, targets.stream().map(CompletableFuture::join).toList());
                    return new TableSample(source.client(), table, calls, random)
                            .read(sample, this::add)
                            .thenCombine(leases, (read, shards) -> estimate(description, sample, shards));
                });
    }

    /**
     * Measures the changes of the source, after its sample was read; empty if its table has no stream. Waits for calls, and
     * throws what the SDK throws.
     */
    public Optional<StreamRate> rate(Instant now) {
        return streamArn.map(arn -> StreamRate.measure(
                source.streams().get(),
                arn,
                samples.values().stream()
                        .<BiPredicate<Item, Item>>map(sample -> sample::moves)
                        .toList(),
                now));
    }

    private void prepare(DescribedTable from, List<DescribedTable> targets) {
        streamArn = from.streamArn();
        String identity = source.identity().apply(from);
        for (int i = 0; i < targets.size(); i++) {
            InspectedRoute route = source.routes().get(i);
            samples.put(
                    route,
                    new RouteSample(
                            new Projection(
                                    route.settings().projection(),
                                    targets.get(i).key()),
                            from.key(),
                            identity));
        }
    }

    private void add(Item item) {
        long size = ItemSize.of(item.attributes());
        items++;
        bytes += size;
        largest = Math.max(largest, size);
        readUnits += Math.ceil(size / READ_UNIT_BYTES);
        samples.values().forEach(sample -> sample.add(item));
    }

    private SourceEstimate estimate(TableDescription table, int wanted, LeaseSnapshot leases) {
        boolean whole = items < wanted;
        long counted = table.itemCount() == null ? 0 : table.itemCount();
        long size = table.tableSizeBytes() == null ? 0 : table.tableSizeBytes();
        long total = whole ? items : Math.max(items, counted);
        long tableBytes = whole ? bytes : Math.max(bytes, size);
        long open = leases.leases().stream().filter(lease -> !lease.ended()).count();
        List<RouteEstimate> routes = new ArrayList<>();
        samples.forEach((route, sample) ->
                routes.add(sample.estimate(route.name(), route.settings().table(), whole)));
        return new SourceEstimate(
                source.name(),
                source.settings().table(),
                total,
                tableBytes,
                items,
                whole,
                items == 0 ? 0 : (double) bytes / items,
                largest,
                items == 0 ? 0 : readUnits / items,
                (int) Math.max(1, open > 0 ? open : (tableBytes + PARTITION_BYTES - 1) / PARTITION_BYTES),
                open > 0,
                routes);
    }
}
