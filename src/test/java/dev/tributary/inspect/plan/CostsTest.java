package dev.tributary.inspect.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tributary.replication.VerifySettings;
import dev.tributary.stream.lease.LeaseTimings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The arithmetic of {@code tributary plan}, recomputed by hand. */
class CostsTest {

    private static final Prices PRICES = Prices.usual();

    private static final LeaseTimings LEASE = new LeaseTimings(Duration.ofSeconds(8));

    private static Costs costs(double changes, double moves) {
        return costs(changes, moves, new VerifySettings(Optional.empty(), 25));
    }

    private static Costs costs(double changes, double moves, VerifySettings verify) {
        Share all = new Share(1_000, 1_000, false);
        RouteEstimate route = new RouteEstimate(
                "users.by-city",
                "by_city",
                all,
                new Share(0, 1_000, false),
                Map.of(),
                new Share(0, 1_000, false),
                List.of(),
                924,
                1,
                new Collisions(true, 1_000, 1_000, 0, false, List.of()));
        SourceEstimate source = new SourceEstimate(
                "users", "users", 1_000_000, 1 << 30, 1_000, false, 4096, 4096, 1, 2, true, List.of(route));
        return new Costs(
                source,
                new Load(
                        new StreamRate(changes, moves, 0, 0),
                        2,
                        LEASE,
                        Duration.ofMillis(100),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(2),
                        Map.of("users.by-city", verify)),
                PRICES);
    }

    private static double part(List<CostPart> parts, String name) {
        return parts.stream()
                .filter(part -> part.part().equals(name))
                .findFirst()
                .orElseThrow()
                .dollars();
    }

    @Test
    void aBackfillReadsEveryItemTwiceAndWritesEveryRow() {
        List<CostPart> parts = costs(0, 0).backfill();
        // 1,000,000 items of 4 KB: half a unit each by the scan, one each by the consistent read.
        assertThat(part(parts, "users.by-city: reads of the source")).isCloseTo(1.5 * 0.125, within(1e-9));
        assertThat(part(parts, "users.by-city: writes of rows")).isCloseTo(0.625, within(1e-9));
    }

    @Test
    void aRestingSourceCostsStorageReadsAndLeasesOnly() {
        List<CostPart> month = costs(0, 0).month();
        assertThat(part(month, "users.by-city: storage of rows"))
                .isCloseTo(1_000_000 * 1024.0 / (1 << 30) * 0.25, within(1e-9));
        assertThat(part(month, "stream reads at rest")).isCloseTo(2 * 0.5 * 2.592 * 0.20, within(1e-9));
        assertThat(part(month, "lease table: renewals and progress"))
                .isCloseTo(2 * 3.5 / 8 * 2.592 * 0.625, within(1e-9));
        assertThat(part(month, "users.by-city: writes of rows")).isZero();
        assertThat(Costs.sum(month))
                .isEqualTo(Costs.sum(month.stream().filter(CostPart::idle).toList()));
    }

    private static List<CostPart> shared(int sources, int shards, int workers) {
        return new SharedCosts(
                        "app-leases",
                        "here",
                        IntStream.range(0, sources).mapToObj(i -> "s" + i).toList(),
                        shards,
                        workers,
                        LEASE,
                        PRICES)
                .month();
    }

    @Test
    void aSharedCostsTheSameForAllItsSourcesUntilItGrows() {
        List<CostPart> one = shared(1, 1, 2);
        assertThat(part(one, "lease table: reports, leader's lock"))
                .isCloseTo((2 * 4 + 3) / 8.0 * 2.592 * 0.625, within(1e-9));
        assertThat(part(one, "lease table: scans"))
                .as("ten looks a second, and four consistent scans in a lease duration")
                .isCloseTo((2 * 2 + 1) / 0.5 * 0.5 * 2.592 * 0.125 + 4 / 8.0 * 2.592 * 0.125, within(1e-9));
        assertThat(part(shared(1, 1, 1), "lease table: scans"))
                .as("a sole worker looks ten times in a lease duration")
                .isCloseTo((10 * 0.5 + 2) / 8 * 2.592 * 0.125, within(1e-9));
        assertThat(part(one, "table of jobs"))
                .as("13 reads in a minute of each worker")
                .isCloseTo(2 * 13 * 43_200 * 0.125 / 1e6, within(1e-9));
        assertThat(shared(3, 3, 2)).isEqualTo(one);
        assertThat(part(shared(50, 50, 2), "lease table: scans"))
                .as("103 rows are 11 pages of 4 KB")
                .isCloseTo(11 * part(one, "lease table: scans"), within(1e-9));
    }

    @Test
    void aVerificationScansBothTablesAsOftenAsItsLimitPermits() {
        VerifySettings daily = new VerifySettings(Optional.of(Duration.ofHours(24)), 1_000_000);
        // 1,000,000 items of 4 KB are 500,000 units, and their rows of 924 bytes 112,793.
        double units = 500_000 + 112_793;
        assertThat(part(costs(0, 0, daily).month(), "users.by-city: verification"))
                .isCloseTo(30 * units * 0.125 / 1e6, within(1e-3));
        VerifySettings slow = new VerifySettings(Optional.of(Duration.ofHours(1)), 25);
        assertThat(part(costs(0, 0, slow).month(), "users.by-city: verification"))
                .as("25 units a second, all the time")
                .isCloseTo(25 * 2.592 * 0.125, within(1e-6));
    }

    @Test
    void aMoveCostsFourWritesAndAChangeOne() {
        assertThat(part(costs(10, 0).month(), "users.by-city: writes of rows")).isCloseTo(25.92 * 0.625, within(1e-9));
        assertThat(part(costs(10, 1).month(), "users.by-city: writes of rows"))
                .isCloseTo(4 * 25.92 * 0.625, within(1e-9));
    }

    @Test
    void theArithmeticShowsEveryNumber() {
        assertThat(costs(10, 0.25).month()).anySatisfy(part -> assertThat(part.arithmetic())
                .isEqualTo("10.00 changes/s × 1.00 units × 1.75 (25 % moves at 4) × 2,592,000 s × $0.625/M"));
    }

    @Test
    void theRateOfAShardIsThatOfTheTimeThatWasSeen() {
        Instant now = Instant.ofEpochSecond(10_000);
        assertThat(StreamRate.rate(records(0, 0, 0, true), now)).isZero();
        assertThat(StreamRate.rate(records(100, 9_000, 9_500, true), now))
                .as("read to its end")
                .isEqualTo(0.1);
        assertThat(StreamRate.rate(records(1_000, 9_000, 9_500, false), now))
                .as("there are more")
                .isEqualTo(2);
        assertThat(StreamRate.rate(records(5, 10_000, 10_000, true), now))
                .as("at least 10 s")
                .isEqualTo(0.5);
    }

    private static StreamRate.ShardRecords records(int number, long first, long last, boolean all) {
        return new StreamRate.ShardRecords(
                IntStream.range(0, number)
                        .mapToObj(i -> Record.builder()
                                .dynamodb(data -> data.approximateCreationDateTime(
                                        Instant.ofEpochSecond(i == number - 1 ? last : first)))
                                .build())
                        .toList(),
                all);
    }

    /** A page ends at 1 MB as well as at 1,000 records, and may be empty before the end. */
    @Test
    void theEndOfAShardIsNotSeenByTheLengthOfAPage() {
        assertThat(measured(50, 50, 50, 50, 50).changes()).as("there are more").isEqualTo(20);
        assertThat(measured(0, 0, 50, 0, 50, 0, 0, 0, 0, 0, 50).changes())
                .as("read to its end, 10,000 s after the first")
                .isEqualTo(0.01);
        assertThat(measured(25, 25, 25, 25).changes())
                .as("closed at its fourth page")
                .isEqualTo(0.01);
    }

    /** Measures one shard with these pages, whose records are 10 s apart from the first to the last. */
    private static StreamRate measured(Integer... pages) {
        return StreamRate.measure(new PagedStream(List.of(pages)), "arn", List.of(), Instant.ofEpochSecond(10_000));
    }

    /** A stream of one shard. */
    private record PagedStream(List<Integer> pages) implements DynamoDbStreamsClient {

        @Override
        public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
            return DescribeStreamResponse.builder()
                    .streamDescription(stream -> stream.streamStatus("ENABLED")
                            .shards(Shard.builder()
                                    .shardId("s")
                                    .sequenceNumberRange(range -> range.startingSequenceNumber("1"))
                                    .build()))
                    .build();
        }

        @Override
        public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
            return GetShardIteratorResponse.builder().shardIterator("0").build();
        }

        @Override
        public GetRecordsResponse getRecords(GetRecordsRequest request) {
            int page = Integer.parseInt(request.shardIterator());
            Record record = Record.builder()
                    .eventName("INSERT")
                    .dynamodb(data -> data.approximateCreationDateTime(Instant.ofEpochSecond(page >= 3 ? 10 : 0)))
                    .build();
            return GetRecordsResponse.builder()
                    .records(Collections.nCopies(pages.get(page), record))
                    .nextShardIterator(page + 1 < pages.size() ? Integer.toString(page + 1) : null)
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    @Test
    void pricesAreRefusedIfOneIsMissingUnknownOrNoNumber() {
        Properties properties = new Properties();
        assertThatThrownBy(() -> Prices.of(properties)).hasMessageContaining("as-of is missing");
        properties.setProperty("as-of", "soon");
        properties.setProperty("region", "here");
        properties.setProperty("million-write-units", "1");
        properties.setProperty("million-read-units", "1");
        properties.setProperty("gigabyte-month", "1");
        properties.setProperty("million-stream-reads", "-1");
        assertThatThrownBy(() -> Prices.of(properties)).hasMessageContaining("expected a date");
        properties.setProperty("as-of", "2026-01-01");
        assertThatThrownBy(() -> Prices.of(properties)).hasMessageContaining("million-stream-reads = -1");
        properties.setProperty("million-stream-reads", "cheap");
        assertThatThrownBy(() -> Prices.of(properties)).hasMessageContaining("expected dollars");
        properties.setProperty("million-stream-reads", "0.2");
        assertThat(Prices.of(properties).millionStreamReads()).isEqualTo(0.2);
        properties.setProperty("storage", "1");
        assertThatThrownBy(() -> Prices.of(properties)).hasMessageContaining("unknown storage");
    }
}
