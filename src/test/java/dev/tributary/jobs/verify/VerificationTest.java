package dev.tributary.jobs.verify;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.jobs.scan.PacedCalls;
import dev.tributary.jobs.scan.ScanPosition;
import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.jobs.verify.Verification.Phase;
import dev.tributary.jobs.verify.Verification.Position;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.ordering.UnitRateLimiter;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.CatchUp;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Verifications of tables at rest, with planted faults, on real tables. */
class VerificationTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String IDENTITY = "000000000000:us-east-1:users";
    private static final String SIBLING = "000000000000:us-east-1:customers";
    private static final KeySchema SOURCE_KEY = KeySchema.parse("email:S");
    private static final KeySchema TARGET_KEY = KeySchema.parse("city:S, email:S");
    private static final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(2);

    private final Map<String, Map<String, AttributeValue>> source = new HashMap<>();
    private final Map<List<String>, Map<String, AttributeValue>> target = new HashMap<>();
    private final Set<String> expected = new TreeSet<>();
    private final Set<String> parked = new HashSet<>();
    private final Collection<String> found = new ConcurrentLinkedQueue<>();
    private final Random random = new Random(17);
    private boolean keepsRemoved;
    private CatchUp.Result catchUp = CatchUp.Result.CAUGHT_UP;
    private String users;
    private String byCity;

    @AfterAll
    static void stopTimer() {
        timer.shutdownNow();
    }

    @BeforeEach
    void createTables() {
        users = dynamo.createTable("users", "email:S");
        byCity = dynamo.createTable("by_city", "city:S, email:S");
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    private static AttributeValue stamp(String identity, String email, int version) {
        return AttributeValue.fromM(Map.of(
                "o", text(ItemKey.of(identity, Map.of("email", text(email))).encoded()),
                "v",
                        text(Version.of("2026-11-21T00:00:00.000", Integer.toString(version))
                                .encoded()),
                "t", number(1_000),
                "a", text("digest")));
    }

    private static Map<String, AttributeValue> row(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> row = new HashMap<>(item);
        row.remove("zipcode");
        row.put(VersionStamp.ATTRIBUTE, stamp(IDENTITY, item.get("email").s(), 5));
        return row;
    }

    private Map<String, AttributeValue> item(int number) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("email", text("user" + number));
        item.put("city", text("city" + number % 7));
        item.put("zipcode", number(number));
        item.put("tags", AttributeValue.fromSs(List.of("b" + number, "a", "c")));
        item.put("expires", number(4_000_000_000L));
        return item;
    }

    private void put(Map<String, AttributeValue> row) {
        target.put(List.of(row.get("city").s(), row.get("email").s()), row);
    }

    private void fill(int items) {
        for (int i = 0; i < items; i++) {
            Map<String, AttributeValue> item = item(i);
            source.put("user" + i, item);
            put(row(item));
        }
        source.put("homeless", new HashMap<>(Map.of("email", text("homeless")))); // has no row
    }

    private void expect(Kind kind, String city, String email) {
        expected.add(kind + " " + city + "/" + email);
    }

    /** Plants a fault at an item of its own; what is no fault too. */
    private void plant(int number, int fault) {
        Map<String, AttributeValue> item = source.get("user" + number);
        String email = item.get("email").s();
        String city = item.get("city").s();
        Map<String, AttributeValue> row = target.get(List.of(city, email));
        switch (fault) {
            case 0 -> {
                target.remove(List.of(city, email));
                expect(Kind.MISSING, city, email);
            }
            case 1 -> {
                source.remove(email);
                expect(Kind.EXTRA, city, email);
            }
            case 2 -> {
                Map<String, AttributeValue> elsewhere = new HashMap<>(row);
                elsewhere.put("city", text("elsewhere"));
                put(elsewhere);
                expect(Kind.EXTRA, "elsewhere", email);
            }
            case 3 -> {
                row.put("tags", AttributeValue.fromSs(List.of("a")));
                expect(Kind.DIFFERENT, city, email);
            }
            case 4 -> {
                row.put("more", number(1));
                expect(Kind.DIFFERENT, city, email);
            }
            case 5 -> {
                row.remove(VersionStamp.ATTRIBUTE);
                expect(Kind.FOREIGN, city, email);
            }
            case 6 -> {
                Map<String, AttributeValue> stranger = new HashMap<>(row);
                stranger.put("email", text("stranger of " + email));
                stranger.remove(VersionStamp.ATTRIBUTE);
                put(stranger);
                expect(Kind.FOREIGN, city, "stranger of " + email);
            }
            case 7 -> {
                row.put(VersionStamp.ATTRIBUTE, stamp("000000000000:us-east-1:unknown", email, 5));
                expect(Kind.FOREIGN, city, email);
            }
            case 8 -> {
                put(tombstone(city, email)); // of the item itself, which exists
                expect(Kind.MISSING, city, email);
            }
            case 9 -> {
                row.put("tags", AttributeValue.fromSs(List.of("old")));
                parked.add(email);
                expect(Kind.PARKED, city, email);
            }
            case 10 -> {
                source.remove(email);
                put(tombstone(city, email));
            }
            case 11 -> {
                item.put("expires", number(1_000));
                target.remove(List.of(city, email)); // the TTL of the target was first
            }
            case 12 -> {
                Map<String, AttributeValue> siblings = new HashMap<>(row);
                siblings.put("email", text("customer " + email));
                siblings.put(VersionStamp.ATTRIBUTE, stamp(SIBLING, "customer " + email, 5));
                put(siblings);
            }
            case 13 -> {
                source.remove(email);
                row.put("expires", number(1_000)); // the TTL of the source was first
            }
            default -> throw new IllegalArgumentException();
        }
    }

    private static Map<String, AttributeValue> tombstone(String city, String email) {
        return Map.of(
                "city",
                text(city),
                "email",
                text(email),
                VersionStamp.EXPIRES,
                number(4_000_000_000L),
                VersionStamp.ATTRIBUTE,
                stamp(IDENTITY, email, 6));
    }

    private void write() {
        write(users, source.values());
        write(byCity, target.values());
    }

    private static void write(String table, Collection<Map<String, AttributeValue>> rows) {
        List<Map<String, AttributeValue>> all = List.copyOf(rows);
        for (int from = 0; from < all.size(); from += 25) {
            List<WriteRequest> puts = all.subList(from, Math.min(all.size(), from + 25)).stream()
                    .map(row -> WriteRequest.builder()
                            .putRequest(PutRequest.builder().item(row).build())
                            .build())
                    .toList();
            dynamo.client().batchWriteItem(request -> request.requestItems(Map.of(table, puts)));
        }
    }

    private Verification verification(Position start, int maxRows) {
        found.clear();
        Projection projection = new Projection(
                new ProjectionSettings(
                        Optional.empty(),
                        Optional.of(Set.of("zipcode")),
                        Map.of(),
                        DeletePolicy.HARD,
                        MissingKeyPolicy.DROP_ROW),
                TARGET_KEY);
        return new Verification(
                new VerifiedRoute(
                        "users.by-city",
                        IDENTITY,
                        SOURCE_KEY,
                        projection,
                        keepsRemoved,
                        Optional.of("expires"),
                        Set.of(SIBLING)),
                new Verification.Tables(dynamo.asyncClient(), users, dynamo.asyncClient(), byCity),
                maxRows,
                start,
                new PacedCalls(UnitRateLimiter.unlimited(), timer),
                () -> CompletableFuture.completedFuture(catchUp),
                new Findings() {
                    @Override
                    public CompletableFuture<Boolean> isParked(ItemKey item) {
                        return CompletableFuture.completedFuture(
                                parked.contains(item.encoded().substring(IDENTITY.length() + 1)));
                    }

                    @Override
                    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
                        differences.forEach(one -> found.add(one.kind() + " "
                                + one.rowKey().attributes().get("city").s() + "/"
                                + one.rowKey().attributes().get("email").s()));
                        return CompletableFuture.completedFuture(differences);
                    }
                },
                Clock.systemUTC());
    }

    private void verify(Verification verification) throws Exception {
        verification.all().get(120, SECONDS);
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(verification.counts().undecided()).isZero();
        assertThat(verification.position().phase()).isEqualTo(Phase.DONE);
    }

    @Test
    void findsEveryFaultAndNothingElseHoweverManyDigestsFitAndWhereverItGoesOn() throws Exception {
        fill(500);
        for (int fault = 0; fault <= 13; fault++) {
            plant(3 * fault, fault);
            plant(100 + 7 * fault, fault);
        }
        write();
        verify(verification(Position.start(3), 10_000));
        verify(verification(Position.start(1), 20));
        verify(verification(new Position(Phase.ITEMS, ScanPosition.start(2)), 10_000));
        Verification rows = verification(new Position(Phase.ROWS, ScanPosition.start(2)), 10_000);
        rows.all().get(120, SECONDS);
        assertThat(found).isNotEmpty().doesNotContainAnyElementsOf(missing());
        assertThat(rows.counts().found(Kind.MISSING)).isZero();
    }

    private List<String> missing() {
        return expected.stream().filter(fault -> fault.startsWith("missing")).toList();
    }

    @Test
    @Tag("slow")
    void finds200FaultsIn20000Rows() throws Exception {
        fill(20_000);
        Set<Integer> places = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            int place = random.nextInt(20_000);
            if (places.add(place)) {
                plant(place, i % 10);
            }
        }
        assertThat(expected).hasSizeGreaterThan(190);
        write();
        verify(verification(Position.start(4), 100_000));
    }

    @Test
    void aTargetThatIsRightCostsTwoScansAndNoReadByKey() throws Exception {
        fill(100);
        write();
        Verification verification = verification(Position.start(2), 1_000);
        verify(verification);
        assertThat(verification.counts().items()).isEqualTo(101);
        assertThat(verification.counts().rows()).isEqualTo(100);
    }

    @Test
    void rowsOfRemovedItemsAreNoDifferenceWhereTheRouteKeepsThem() throws Exception {
        keepsRemoved = true;
        fill(20);
        plant(3, 1);
        expected.clear();
        plant(4, 3);
        write();
        verify(verification(Position.start(1), 1_000));
    }

    @Test
    void whereReplicationDoesNotCatchUpADifferenceIsUndecided() throws Exception {
        fill(20);
        plant(3, 3);
        write();
        catchUp = CatchUp.Result.BEHIND;
        Verification verification = verification(Position.start(1), 1_000);
        verification.all().get(60, SECONDS);
        assertThat(found).isEmpty();
        assertThat(verification.counts().undecided()).isEqualTo(1);
        assertThat(verification.waited()).isEqualTo(CatchUp.Result.BEHIND);
    }

    @Test
    void withoutAWorkerADifferenceCountsAtOnce() throws Exception {
        fill(20);
        plant(3, 3);
        write();
        catchUp = CatchUp.Result.NO_WORKER;
        verify(verification(Position.start(1), 1_000));
    }

    @Test
    void aSampleOfAllFindsAll() throws Exception {
        fill(60);
        for (int fault = 0; fault <= 13; fault++) {
            plant(3 * fault, fault);
        }
        write();
        Verification verification = verification(Position.start(1), 1_000);
        verification.sample(200, random).get(60, SECONDS);
        assertThat(new TreeSet<>(found)).isEqualTo(expected);
    }

    @Test
    void anItemWhoseRowAnotherItemHasByPolicyIsACollision() throws Exception {
        byCity = dynamo.createTable("by_city_only", "city:S");
        Map<String, AttributeValue> one = item(1);
        Map<String, AttributeValue> two = new HashMap<>(item(2));
        two.put("city", one.get("city"));
        source.put("user1", one);
        source.put("user2", two);
        put(row(two));
        Map<String, AttributeValue> three = item(3);
        source.put("user3", three);
        Map<String, AttributeValue> usurper = new HashMap<>(row(three));
        usurper.put(VersionStamp.ATTRIBUTE, stamp(IDENTITY, "gone", 7));
        put(usurper);
        write();
        List<String> kinds = new ArrayList<>();
        Verification verification = new Verification(
                new VerifiedRoute(
                        "users.by-city",
                        IDENTITY,
                        SOURCE_KEY,
                        new Projection(
                                new ProjectionSettings(
                                        Optional.empty(),
                                        Optional.of(Set.of("zipcode")),
                                        Map.of(),
                                        DeletePolicy.HARD,
                                        MissingKeyPolicy.DROP_ROW),
                                KeySchema.parse("city:S")),
                        false,
                        Optional.empty(),
                        Set.of()),
                new Verification.Tables(dynamo.asyncClient(), users, dynamo.asyncClient(), byCity),
                100,
                Position.start(1),
                new PacedCalls(UnitRateLimiter.unlimited(), timer),
                () -> CompletableFuture.completedFuture(CatchUp.Result.CAUGHT_UP),
                new Findings() {
                    @Override
                    public CompletableFuture<Boolean> isParked(ItemKey item) {
                        return CompletableFuture.completedFuture(false);
                    }

                    @Override
                    public CompletableFuture<List<Difference>> found(List<Difference> differences) {
                        differences.forEach(difference -> kinds.add(difference.kind() + " "
                                + difference
                                        .sourceKey()
                                        .orElseThrow()
                                        .attributes()
                                        .get("email")
                                        .s()));
                        return CompletableFuture.completedFuture(differences);
                    }
                },
                () -> Instant.EPOCH);
        verification.all().get(60, SECONDS);
        assertThat(kinds).containsExactlyInAnyOrder("collision user1", "missing user3", "extra gone");
        assertThat(verification.counts().faults()).isEqualTo(2);
    }
}
