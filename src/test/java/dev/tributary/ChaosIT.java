package dev.tributary;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.SourceRecord.History;
import dev.tributary.local.LocalDynamoDb;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Kills, stops, freezes and restarts three daemons while their source is written to and its shards roll. When the source
 * rests, every target equals the projection of its route, and the checkpoints have passed every change.
 *
 * <p>For ten minutes: {@code mvn verify -Dit.test=ChaosIT -Dtributary.chaos=10m}. {@code -Dtributary.seed=17} repeats the
 * decisions of a run, but not their exact times. A rolling upgrade: {@code -Dtributary.earlier=/opt/tributary-0.1.0} names
 * the distribution with which the daemons begin; each restart is of this version.
 */
class ChaosIT {

    private static final Logger log = LoggerFactory.getLogger(ChaosIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration CHAOS = Duration.parse("PT" + System.getProperty("tributary.chaos", "40s"));
    private static final Duration LEASE = Duration.ofSeconds(3);

    /** On a slow machine daemons read hardly anything between two blows, and then all shards one after the other. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final int DAEMONS = 3;
    private static final Optional<String> EARLIER = Optional.ofNullable(System.getProperty("tributary.earlier"));

    private final long seed = Long.getLong("tributary.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Victim> victims = new ArrayList<>();
    private final Map<Blow, Integer> blows = new EnumMap<>(Blow.class);

    @TempDir
    private Path directory;

    private Daemons daemons;
    private Daemons earlier;
    private String users;
    private String copies;
    private String byCity;
    private String nicks;

    private enum Blow {
        KILL,
        STOP_IN_ORDER,
        FREEZE,
        ROLL_SHARDS
    }

    /** A slot for a daemon, which is restarted when it has ended. */
    private static final class Victim {
        private DaemonProcess daemon;
        private long frozenUntil;
    }

    @BeforeEach
    void createTables() throws Exception {
        daemons = new Daemons(dynamo, directory);
        earlier = EARLIER.isEmpty()
                ? daemons
                : new Daemons(
                        dynamo,
                        Files.createDirectory(directory.resolve("earlier")),
                        List.of(EARLIER.get() + "/bin/tributary"));
        users = dynamo.createTable("users", "email:S", true);
        copies = dynamo.createTable("copies", "city:S, email:S");
        byCity = dynamo.createTable("users_by_city", "city:S");
        nicks = dynamo.createTable("nicks", "nick:S");
    }

    @AfterEach
    void end() {
        daemons.close();
        earlier.close();
    }

    @Test
    void everyTargetIsWhatItsRouteMakesOfTheSourceWhateverHappensToTheWorkers() throws Exception {
        log.info(
                "{} of chaos, seed {}{}",
                CHAOS,
                seed,
                EARLIER.map(home -> ", beginning with " + home).orElse(""));
        try {
            for (int daemon = 0; daemon < DAEMONS; daemon++) {
                Victim victim = new Victim();
                victim.daemon = start(earlier);
                victims.add(victim);
            }
            victims.get(0).daemon.awaitReady();
            UserWorkload workload = new UserWorkload(dynamo.client(), users, seed);
            try {
                long end = System.nanoTime() + CHAOS.toNanos();
                while (System.nanoTime() - end < 0) {
                    TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2_500));
                    wake(System.nanoTime());
                    strike();
                }
            } finally {
                workload.stop();
            }
            wake(Long.MAX_VALUE);
            verify(History.read(dynamo.streamsClient(), dynamo.streamArn(users)));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("with -Dtributary.seed=" + seed, e);
        }
    }

    private void strike() throws Exception {
        Blow blow = Blow.values()[random.nextInt(Blow.values().length)];
        Victim victim = victims.get(random.nextInt(victims.size()));
        if (blow == Blow.ROLL_SHARDS) {
            dynamo.rollShards();
        } else if (victim.frozenUntil != 0) {
            return;
        } else if (blow == Blow.FREEZE) {
            victim.daemon.signal("STOP");
            victim.frozenUntil =
                    System.nanoTime() + LEASE.multipliedBy(random.nextInt(1, 4)).toNanos();
        } else {
            victim.daemon.signal(blow == Blow.KILL ? "KILL" : "TERM");
            victim.daemon = start();
        }
        blows.merge(blow, 1, Integer::sum);
    }

    /** Resumes daemons whose freeze is over, and restarts those that have ended, as a supervisor does. */
    private void wake(long now) throws Exception {
        for (Victim victim : victims) {
            if (victim.frozenUntil != 0 && victim.frozenUntil <= now) {
                victim.daemon.signal("CONT");
                victim.frozenUntil = 0;
            }
            if (!victim.daemon.isAlive()) {
                log.info("a daemon ended by itself:\n{}", victim.daemon.output());
                victim.daemon = start();
            }
        }
    }

    private DaemonProcess start() throws Exception {
        return start(daemons);
    }

    private DaemonProcess start(Daemons version) throws Exception {
        return version.start(
                """
                application = %s
                lease.duration = %ds
                source.users.table = %s
                source.users.checkpoint-interval = 1s
                source.users.route.copies.table = %s
                source.users.route.copies.exclude = payload
                source.users.route.by-city.table = %s
                source.users.route.by-city.include = city,email,n
                source.users.route.nicks.table = %s
                source.users.route.nicks.include = nick,email
                """.formatted(users, LEASE.toSeconds(), users, copies, byCity, nicks), Map.of("JAVA_OPTS", "-Xmx128m"));
    }

    private void verify(History history) {
        long start = System.nanoTime();
        await().atMost(LONG).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            assertInjective(copies, history, SourceRecord::copy, Set.of("city", "email"));
            assertInjective(nicks, history, SourceRecord::nick, Set.of("nick"));
            assertCollisions(history);
            assertThat(dynamo.client()
                            .scan(request -> request.tableName(users + "-dead-letters"))
                            .items())
                    .as("dead letters")
                    .isEmpty();
            assertCheckpoints(history);
        });
        log.info(
                "{} changes of {} items in {} shards, {}: all accounted for {} s after the last",
                history.records().size(),
                history.byItem().size(),
                history.last().size(),
                blows,
                Duration.ofNanos(System.nanoTime() - start).toSeconds());
    }

    /** Each row has the version of the last change that made it what it is. */
    private void assertInjective(
            String table, History history, UnaryOperator<Map<String, AttributeValue>> row, Set<String> key) {
        Map<Map<String, AttributeValue>, String> expected = new HashMap<>();
        history.atRest(row).values().stream()
                .filter(record -> !row.apply(record.after()).isEmpty())
                .forEach(record ->
                        expected.put(only(key, record.after()), record.email() + " " + record.sequenceNumber()));
        Map<Map<String, AttributeValue>, String> actual = new HashMap<>();
        rows(table)
                .forEach(
                        found -> actual.put(only(key, found), found.get("email").s() + " " + version(found)));
        assertThat(actual).as(table).isEqualTo(expected);
    }

    private static Map<String, AttributeValue> only(Set<String> names, Map<String, AttributeValue> attributes) {
        Map<String, AttributeValue> some = new HashMap<>(attributes);
        some.keySet().retainAll(names);
        return some;
    }

    private static Map<String, AttributeValue> inCity(Map<String, AttributeValue> item) {
        return only(Set.of("city", "email", "n"), item);
    }

    /**
     * The latest of the items that end under a city has its row. Exception: an even later item was under the city and left.
     * It may have displaced the others, whose rows do not come back.
     */
    private void assertCollisions(History history) {
        Map<String, List<SourceRecord>> resting = new TreeMap<>();
        history.atRest(ChaosIT::inCity).values().stream()
                .filter(record -> !record.isRemoval())
                .forEach(record -> resting.computeIfAbsent(city(record), city -> new ArrayList<>())
                        .add(record));
        Map<String, String> actual = new TreeMap<>();
        rows(byCity)
                .forEach(row -> actual.put(row.get("city").s(), row.get("email").s() + " " + version(row)));
        assertThat(resting.keySet()).as("cities").containsAll(actual.keySet());
        resting.forEach((city, records) -> {
            SourceRecord latest =
                    records.stream().reduce((a, b) -> b.isLaterThan(a) ? b : a).orElseThrow();
            Set<String> stayed = records.stream().map(SourceRecord::email).collect(toSet());
            boolean beaten = history.changing(ChaosIT::inCity).stream()
                    .anyMatch(record -> !record.isRemoval()
                            && city.equals(city(record))
                            && !stayed.contains(record.email())
                            && record.isLaterThan(latest));
            List<String> right = new ArrayList<>();
            if (beaten) {
                right.add(null);
                records.forEach(record -> right.add(record.email() + " " + record.sequenceNumber()));
            } else {
                right.add(latest.email() + " " + latest.sequenceNumber());
            }
            assertThat(actual.get(city)).as("the row of %s", city).isIn(right);
        });
    }

    private void assertCheckpoints(History history) {
        Map<String, String> checkpoints = new HashMap<>();
        dynamo
                .client()
                .scanPaginator(request -> request.tableName(users + "-leases").consistentRead(true))
                .items()
                .stream()
                .filter(row -> row.containsKey("checkpoint"))
                .forEach(row -> checkpoints.put(
                        row.get("leaseKey").s().substring("users/".length()),
                        row.get("checkpoint").s()));
        history.last().forEach((shard, last) -> assertThat(checkpoints)
                .as("checkpoints")
                .containsEntry(shard, history.open().contains(shard) ? last : "SHARD_END"));
    }

    private static List<Map<String, AttributeValue>> rows(String table) {
        return dynamo.client().scanPaginator(request -> request.tableName(table).consistentRead(true)).items().stream()
                .toList();
    }

    private static String city(SourceRecord record) {
        return record.after().get("city").s();
    }

    private static BigInteger version(Map<String, AttributeValue> row) {
        String version = row.get("_tributary").m().get("v").s();
        return new BigInteger(version.substring(version.indexOf('#') + 1));
    }
}
