package dev.tributary.jobs.reconcile;

import static dev.tributary.jobs.reconcile.GivenRoute.EPOCH;
import static dev.tributary.jobs.reconcile.GivenRoute.stamp;
import static dev.tributary.jobs.reconcile.GivenRoute.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.Item;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.replication.TestRoute;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ReconcilerTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

    private final GivenRoute route = given("city:S, email:S", TestRoute.to("rows"));

    @AfterAll
    static void stopTimer() {
        timer.shutdownNow();
    }

    private static GivenRoute given(String key, TestRoute settings) {
        return new GivenRoute(dynamo, key, settings, timer);
    }

    private static PageResult bring(GivenRoute route, List<Item> items) {
        Reconciler reconciler = route.reconciler();
        PageResult result = reconciler.bring(items).join();
        reconciler.close().join();
        return result;
    }

    @Test
    void itemsWithoutARowGetOneAndNoRecordIsLeft() {
        List<Item> users = IntStream.range(0, 230)
                .mapToObj(i -> user("user" + i, "city" + i % 7, i))
                .toList();
        users.forEach(route::put);
        PageResult result = bring(route, users);
        assertThat(result.items()).isEqualTo(230);
        assertThat(result.written()).isEqualTo(230);
        assertThat(route.contents()).isEqualTo(route.expected());
        assertThat(route.pages()).isEmpty();
        assertThat(bring(route, users).present()).isEqualTo(230);
    }

    @Test
    void aRowThatReplicationWroteStaysWhateverWasRead() {
        Item now = user("ann", "Oakland", 2);
        route.put(now);
        route.replicate(new Change.Modify(stamp("ann", 1), user("ann", "Oakland", 1), now));
        PageResult result = bring(route, List.of(user("ann", "Oakland", 1)));
        assertThat(result.present()).isEqualTo(1);
        assertThat(route.contents()).isEqualTo(route.expected());
    }

    @Test
    void theRowOfAnItemThatIsGoneOrHasMovedByNowIsRemovedAgain() {
        route.put(user("bob", "Berkeley", 2));
        PageResult result =
                bring(route, List.of(user("ann", "Oakland", 1), user("bob", "Oakland", 1), user("bob", "Berkeley", 2)));
        assertThat(result.removed()).isEqualTo(2);
        assertThat(route.contents()).isEqualTo(route.expected()).hasSize(1);
    }

    @Test
    void aTombstoneRefusesTheRowOfItsItem() {
        GivenRoute buried = given("city:S, email:S", TestRoute.to("rows").deletes(DeletePolicy.TOMBSTONE));
        buried.replicate(new Change.Remove(stamp("ann", 1), user("ann", "Oakland", 1)));
        PageResult result = bring(buried, List.of(user("ann", "Oakland", 1)));
        assertThat(result.written()).isZero();
        assertThat(buried.contents()).isEmpty();
        assertThat(buried.scan(buried.rows)).hasSize(1);
    }

    @Test
    void ofItemsWithOneKeyTheSameHasTheRowInWhateverOrderTheyAreBrought() {
        List<Item> users = new ArrayList<>(
                List.of(user("ann", "Oakland", 1), user("bob", "Oakland", 2), user("cid", "Oakland", 3)));
        for (int seed = 0; seed < 6; seed++) {
            GivenRoute colliding = given("city:S", TestRoute.to("rows"));
            users.forEach(colliding::put);
            Collections.shuffle(users, new Random(seed));
            users.forEach(user -> bring(colliding, List.of(user)));
            assertThat(colliding.contents().values()).containsExactly(user("cid", "Oakland", 3));
        }
    }

    @Test
    void anEarlierStateIsReplacedAlsoIfTheChangeBehindItIsOverAndItsRowWasDisplaced() {
        Item old = user("ann", "Oakland", 1);
        GivenRoute run = displaced(old);
        bring(run, List.of(old));
        assertThat(run.contents()).isEqualTo(run.expected()).hasSize(1);

        GivenRoute dead = displaced(old);
        Version version = Version.beforeAllOf(EPOCH);
        PageKey key = new PageKey(
                new Item(Map.of("email", AttributeValue.fromS("ann"))),
                new Item(Map.of("city", AttributeValue.fromS("Oakland"))));
        long at = System.currentTimeMillis() - 40_000;
        dead.jobs
                .record("users.rows", new PageRecord("dead", 1, version, at, at + 1, List.of(key)))
                .join();
        Outcome put = dead.target()
                .apply(
                        new TargetWrite.Upsert(
                                dead.recheck().stamp(key.source(), version),
                                dead.projection().row(old).orElseThrow()),
                        () -> true)
                .join();
        assertThat(put).isEqualTo(Outcome.APPLIED);
        assertThat(dead.contents()).isNotEqualTo(dead.expected());
        PageSettler settler = new PageSettler(dead.jobRoute(), dead.jobs, dead.timing(), timer);
        assertThat(settler.settle().join()).isZero();
        assertThat(dead.contents()).isEqualTo(dead.expected());
    }

    /** The target has applied that the item changed, and that another took its row and went. */
    private static GivenRoute displaced(Item old) {
        GivenRoute route = given("city:S", TestRoute.to("rows"));
        Item now = user("ann", "Oakland", 2);
        Item other = user("bob", "Oakland", 1);
        route.put(now);
        route.replicate(new Change.Modify(stamp("ann", 1), old, now));
        route.replicate(new Change.Insert(stamp("bob", 2), other));
        route.replicate(new Change.Remove(stamp("bob", 3), other));
        assertThat(route.contents()).isEmpty();
        return route;
    }

    @Test
    void aRowThatWasPutAndReplacedIsStillRemovedIfItsItemIsGone() {
        Item old = user("ann", "Oakland", 1);
        GivenRoute route = displaced(old);
        bring(route, List.of(old));
        route.remove("ann");
        PageKey key = new PageKey(
                new Item(Map.of("email", AttributeValue.fromS("ann"))),
                new Item(Map.of("city", AttributeValue.fromS("Oakland"))));
        assertThat(route.recheck()
                        .check(Version.beforeAllOf(EPOCH), List.of(key))
                        .join())
                .isEqualTo(1);
        assertThat(route.contents()).isEmpty();
    }

    @Test
    void aRejectedCollisionIsNamedAndTheRowStays() {
        GivenRoute rejecting = given("city:S", TestRoute.to("rows").collisions(CollisionPolicy.REJECT));
        rejecting.put(user("ann", "Oakland", 1));
        rejecting.put(user("bob", "Oakland", 2));
        bring(rejecting, List.of(user("ann", "Oakland", 1)));
        PageResult result = bring(rejecting, List.of(user("bob", "Oakland", 2)));
        assertThat(result.refused()).singleElement().satisfies(refused -> {
            assertThat(refused.item()).isEqualTo(stamp("bob", 1).owner());
            assertThat(refused.reason()).contains("another item's");
        });
        assertThat(rejecting.contents().values()).containsExactly(user("ann", "Oakland", 1));
    }

    @Test
    void anItemThatTheTargetCannotTakeIsNamedAndOthersAreBrought() {
        Item bad = new Item(Map.of("email", AttributeValue.fromS("ann"), "city", AttributeValue.fromN("1")));
        Item none = new Item(Map.of("email", AttributeValue.fromS("cid")));
        Item good = user("bob", "Oakland", 1);
        List.of(bad, none, good).forEach(route::put);
        PageResult result = bring(route, List.of(bad, none, good));
        assertThat(result.refused()).singleElement().satisfies(refused -> assertThat(refused.item())
                .isEqualTo(stamp("ann", 1).owner()));
        assertThat(result.without()).isEqualTo(1);
        assertThat(route.contents().values()).containsExactly(good);
    }

    @Test
    void pagesOfADeadRunAreCheckedAndTheirRecordsStayUntilNothingCanFollow() {
        Version version = Version.beforeAllOf(EPOCH);
        route.put(user("bob", "Oakland", 1));
        bring(route, List.of(user("bob", "Oakland", 1)));
        // As if a put of a dead run had taken effect after the check.
        Item ann = user("ann", "Oakland", 1);
        route.put(ann);
        bring(route, List.of(ann));
        route.remove("ann");
        List<PageKey> keys = List.of(key("ann"), key("bob"));
        long now = System.currentTimeMillis();
        route.jobs
                .record("users.rows", new PageRecord("young", 1, version, now, now + 60_000, keys))
                .join();
        PageSettler settler = new PageSettler(route.jobRoute(), route.jobs, route.timing(), timer);
        assertThat(settler.settle().join()).isEqualTo(1);
        assertThat(route.contents()).as("the run may be alive").hasSize(2);

        route.jobs
                .record("users.rows", new PageRecord("young", 2, version, now - 40_000, now + 60_000, keys))
                .join();
        assertThat(settler.settle().join()).isEqualTo(1);
        assertThat(route.contents()).isEqualTo(route.expected()).hasSize(1);

        route.jobs
                .record("users.rows", new PageRecord("young", 3, version, now - 40_000, now - 1, keys))
                .join();
        assertThat(settler.settle().join()).isZero();
        assertThat(route.pages()).isEmpty();
    }

    private static PageKey key(String email) {
        Item source = new Item(Map.of("email", AttributeValue.fromS(email)));
        return new PageKey(
                source,
                new Item(Map.of("city", AttributeValue.fromS("Oakland"), "email", AttributeValue.fromS(email))));
    }

    @Test
    void anEarlierRecordNeverReplacesALaterOne() {
        Version version = Version.beforeAllOf(EPOCH);
        PageRecord later = new PageRecord("slot", 2, version, 20, 30, List.of(key("ann")));
        route.jobs.record("users.rows", later).join();
        route.jobs
                .record("users.rows", new PageRecord("slot", 1, version, 10, 20, List.of(key("bob"))))
                .join();
        assertThat(route.pages()).containsExactly(later);
        route.jobs
                .forget("users.rows", new PageRecord("slot", 1, version, 10, 20, List.of()))
                .join();
        assertThat(route.pages()).containsExactly(later);
    }

    @Test
    void rowsThatDifferAreReplacedAndThoseWithoutTheirItemRemoved() {
        GivenRoute old = given("city:S, email:S", TestRoute.to("rows"));
        for (String email : List.of("ann", "bob", "cid", "dan")) {
            Item user = user(email, "Oakland", 1);
            old.put(user);
            old.replicate(new Change.Insert(stamp(email, 1), user));
        }
        old.remove("bob");
        old.put(user("cid", "Berkeley", 2));
        GivenRoute route = old.reshaped(TestRoute.to("rows").excluding("n"));
        Reconciler reconciler = route.reconciler();
        List<Item> rows = route.scan(route.rows).stream().map(Item::new).toList();
        PageResult result = route.repair(reconciler).repair(rows).join();
        assertThat(route.contents()).isEqualTo(route.expected()).hasSize(3);
        assertThat(result.removed()).isEqualTo(2);
        assertThat(result.written()).isEqualTo(3);

        // Every later change replaces a repaired row.
        Item changed = user("ann", "Oakland", 5);
        old.put(changed);
        old.replicate(new Change.Modify(stamp("ann", 2), user("ann", "Oakland", 1), changed));
        assertThat(route.row("Oakland", "ann").orElseThrow().row().item()).isEqualTo(changed);
    }

    @Test
    void aRepairLeavesForeignRowsTombstonesAndWhatAChangeHasWrittenSince() {
        route.replicate(new Change.Insert(stamp("ann", 1), user("ann", "Oakland", 1)));
        List<Item> read = route.scan(route.rows).stream().map(Item::new).toList();
        Item now = user("ann", "Oakland", 3);
        route.put(user("ann", "Oakland", 2)); // read by the repair; the next change has reached the target since
        route.replicate(new Change.Modify(stamp("ann", 2), user("ann", "Oakland", 1), now));
        dynamo.client().putItem(put -> put.tableName(route.rows)
                .item(user("foreign", "Oakland", 9).attributes()));
        Reconciler reconciler = route.reconciler();
        List<Item> rows = new ArrayList<>(read);
        rows.add(user("foreign", "Oakland", 9));
        PageResult result = route.repair(reconciler).repair(rows).join();
        assertThat(result.written()).isZero();
        assertThat(route.contents().values()).containsExactlyInAnyOrder(now, user("foreign", "Oakland", 9));
    }
}
