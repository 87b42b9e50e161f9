package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tributary.DynamoDbFront.Answer;
import dev.tributary.DynamoDbFront.Call;
import dev.tributary.SourceRecord.History;
import dev.tributary.local.LocalDynamoDb;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
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
 * Starts, stops and kills three daemons while their targets are slow: writes take up to twice their timeout, replies are
 * lost or replaced by error pages of a proxy, and items move and are removed all the time. In the end no target has a row
 * that its item has left.
 *
 * <p>For two minutes: {@code mvn verify -Dit.test=SlowTargetIT -Dtributary.slow-target=2m}.
 */
class SlowTargetIT {

    private static final Logger log = LoggerFactory.getLogger(SlowTargetIT.class);

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Duration TROUBLE = Duration.parse("PT" + System.getProperty("tributary.slow-target", "25s"));
    private static final Duration LEASE = Duration.ofSeconds(3);

    /** The timeout of a write is a third of the lease. */
    private static final Duration LATEST = LEASE.dividedBy(3).multipliedBy(2);

    /** For delayed changes after the faults have ended; removals are repeated within 30 s. */
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final int DAEMONS = 3;

    private final long seed = Long.getLong("tributary.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final DynamoDbFront front = new DynamoDbFront(dynamo.endpoint());
    private final List<DaemonProcess> workers = new ArrayList<>();

    @TempDir
    private Path directory;

    private Daemons daemons;
    private String users;
    private String copies;
    private String nicks;

    @BeforeEach
    void createTables() {
        daemons = new Daemons(dynamo, directory);
        users = dynamo.createTable("users", "email:S", true);
        copies = dynamo.createTable("copies", "city:S, email:S");
        nicks = dynamo.createTable("nicks", "nick:S");
    }

    @AfterEach
    void end() {
        daemons.close();
        front.close();
    }

    @Test
    void noRowComesBackHoweverLateWritesArriveWhileWorkersJoinAndLeave() throws Exception {
        log.info("{} of trouble, seed {}", TROUBLE, seed);
        try {
            for (int daemon = 0; daemon < DAEMONS; daemon++) {
                workers.add(start());
            }
            workers.get(0).awaitReady();
            trouble();
            UserWorkload workload = new UserWorkload(dynamo.client(), users, seed);
            try {
                long end = System.nanoTime() + TROUBLE.toNanos();
                while (System.nanoTime() - end < 0) {
                    TimeUnit.MILLISECONDS.sleep(
                            1_000 + random.nextInt(4_000)); // the interval between faults; waits for nothing
                    DaemonProcess leaving = workers.remove(0);
                    leaving.signal(random.nextInt(3) == 0 ? "KILL" : "TERM");
                    workers.add(start());
                }
            } finally {
                workload.stop();
            }
            front.release();
            await().atMost(LONG).until(() -> front.waiting() == 0);
            History history = History.read(dynamo.streamsClient(), dynamo.streamArn(users));
            await().atMost(LONG).pollInterval(Duration.ofMillis(250)).untilAsserted(() -> {
                assertRows(copies, history, SourceRecord::copy, List.of("city", "email"));
                assertRows(nicks, history, SourceRecord::nick, List.of("nick"));
            });
            log.info(
                    "{} changes of {} items",
                    history.records().size(),
                    history.byItem().size());
        } catch (Exception | AssertionError e) {
            throw new AssertionError("with -Dtributary.seed=" + seed, e);
        }
    }

    private void trouble() {
        front.delay(call -> isWrite(call) && oneIn(4) ? Duration.ofMillis(draw(LATEST.toMillis())) : Duration.ZERO);
        front.answerInPlace(call -> isWrite(call) && oneIn(60) ? Optional.of(Answer.html(503)) : Optional.empty());
        front.loseAnswers(call -> isWrite(call) && oneIn(40));
    }

    private boolean oneIn(int count) {
        return draw(count) == 0;
    }

    /** The front calls this from many threads. */
    private long draw(long bound) {
        synchronized (random) {
            return random.nextLong(bound);
        }
    }

    private static boolean isWrite(Call call) {
        return !call.operation().startsWith("Describe");
    }

    private DaemonProcess start() throws Exception {
        return daemons.start(
                """
                application = %1$s
                lease.duration = %2$ds
                shutdown-timeout = 8s
                source.users.table = %1$s
                source.users.checkpoint-interval = 1s
                source.users.route.copies.table = %3$s
                source.users.route.copies.endpoint = %4$s
                source.users.route.copies.exclude = payload
                source.users.route.nicks.table = %5$s
                source.users.route.nicks.endpoint = %4$s
                source.users.route.nicks.include = nick,email
                """.formatted(users, LEASE.toSeconds(), copies, front.endpoint(), nicks),
                Map.of("JAVA_OPTS", "-Xmx128m"));
    }

    /** The table has exactly the rows of the items, each with the version of the last change that made it what it is. */
    private void assertRows(
            String table, History history, UnaryOperator<Map<String, AttributeValue>> row, List<String> key) {
        Map<String, String> expected = new TreeMap<>();
        history.atRest(row).values().stream()
                .filter(record -> !row.apply(record.after()).isEmpty())
                .forEach(record ->
                        expected.put(text(key, record.after()), record.email() + " " + record.sequenceNumber()));
        Map<String, String> actual = new TreeMap<>();
        dynamo.client().scanPaginator(request -> request.tableName(table).consistentRead(true)).items().stream()
                .forEach(
                        found -> actual.put(text(key, found), found.get("email").s() + " " + version(found)));
        assertThat(actual).as(table).isEqualTo(expected);
    }

    private static String text(List<String> names, Map<String, AttributeValue> attributes) {
        return names.stream().map(attributes::get).toList().toString();
    }

    private static BigInteger version(Map<String, AttributeValue> row) {
        String version = row.get("_tributary").m().get("v").s();
        return new BigInteger(version.substring(version.indexOf('#') + 1));
    }
}
