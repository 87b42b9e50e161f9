package dev.tributary.jobs.reconcile;

import static dev.tributary.jobs.reconcile.GivenRoute.EPOCH;
import static dev.tributary.jobs.reconcile.GivenRoute.stamp;
import static dev.tributary.jobs.reconcile.GivenRoute.user;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.jobs.reconcile.BackfillModel.Move;
import dev.tributary.jobs.reconcile.BackfillModel.Place;
import dev.tributary.jobs.reconcile.BackfillModel.StoredPlace;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Change;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.Item;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.replication.TestRoute;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Enumerates all that the owner of an item, the daemon and a backfill can do with the item: changes, moves and removals,
 * applied later and in order; the read, put and check of the backfill, also of one that was killed and is checked by another
 * process; and a put that takes effect after it was given up. In each end of the model the target is right. Then walks
 * through the model with the real code, which has to reach the same rows after each move.
 */
@Tag("slow")
class BackfillModelTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private static final String EMAIL = "ann";
    private static final Item KEY = new Item(Map.of("email", AttributeValue.fromS(EMAIL)));

    /** The model goes further than the walks with the real code, which cost some milliseconds a move. */
    private static final int CHANGES_OF_MODEL = 4;

    private static final int CHANGES = 2;

    @AfterAll
    static void stopTimer() {
        timer.shutdownNow();
    }

    /** How each state can be reached. */
    private static Map<BackfillModel, List<Move>> states(int changes, boolean tombstones) {
        Map<BackfillModel, List<Move>> paths = new LinkedHashMap<>(Map.of(BackfillModel.start(), List.of()));
        Deque<BackfillModel> next = new ArrayDeque<>(paths.keySet());
        while (!next.isEmpty()) {
            BackfillModel state = next.remove();
            for (Move move : Move.values()) {
                if (state.allows(move, changes)) {
                    BackfillModel after = state.after(move, tombstones);
                    if (!paths.containsKey(after)) {
                        List<Move> path = new ArrayList<>(requireNonNull(paths.get(state)));
                        path.add(move);
                        paths.put(after, path);
                        next.add(after);
                    }
                }
            }
        }
        return paths;
    }

    @ParameterizedTest
    @EnumSource(
            value = DeletePolicy.class,
            names = {"HARD", "TOMBSTONE"})
    void inEveryEndOfTheModelTheTargetIsRight(DeletePolicy deletes) {
        Map<BackfillModel, List<Move>> states = states(CHANGES_OF_MODEL, deletes == DeletePolicy.TOMBSTONE);
        assertThat(states).hasSizeGreaterThan(1_000);
        assertThat(states.entrySet().stream().filter(state -> state.getKey().isQuiet()))
                .hasSizeGreaterThan(100)
                .allSatisfy(
                        end -> assertThat(end.getKey().isRight()).as("%s", end).isTrue());
    }

    @ParameterizedTest
    @EnumSource(
            value = DeletePolicy.class,
            names = {"HARD", "TOMBSTONE"})
    void theRealCodeFollowsTheModel(DeletePolicy deletes) {
        boolean tombstones = deletes == DeletePolicy.TOMBSTONE;
        GivenRoute route =
                new GivenRoute(dynamo, "city:S, email:S", TestRoute.to("rows").deletes(deletes), timer);
        List<List<Move>> paths = new ArrayList<>(states(CHANGES, tombstones).values());
        Set<List<Move>> covered = new HashSet<>();
        for (int i = paths.size() - 1; i >= 0; i--) {
            List<Move> path = paths.get(i);
            if (covered.contains(path)) {
                continue;
            }
            Walk walk = new Walk(route);
            BackfillModel state = BackfillModel.start();
            for (int length = 1; length <= path.size(); length++) {
                Move move = path.get(length - 1);
                walk.make(move, state);
                state = state.after(move, tombstones);
                if (covered.add(path.subList(0, length))) {
                    assertThat(walk.rows()).as("%s", path.subList(0, length)).isEqualTo(state.rows());
                }
            }
        }
        assertThat(covered).hasSizeGreaterThan(200);
    }

    private static final class Walk {

        private final GivenRoute route;
        private final Recheck recheck;

        Walk(GivenRoute route) {
            this.route = route;
            this.recheck = route.recheck();
            route.scan(route.rows).forEach(row -> dynamo.client().deleteItem(delete -> delete.tableName(route.rows)
                    .key(Map.of("city", row.get("city"), "email", row.get("email")))));
            route.put(item(new Place("A", 0)));
        }

        private static Item item(Place place) {
            return user(EMAIL, place.city(), place.change());
        }

        void make(Move move, BackfillModel before) {
            switch (move) {
                case WRITE_TO_A ->
                    route.put(item(new Place("A", before.history().size())));
                case WRITE_TO_B ->
                    route.put(item(new Place("B", before.history().size())));
                case REMOVE -> route.remove(EMAIL);
                case APPLY -> route.replicate(change(before));
                case PUT, LATE -> put(requireNonNull(before.read()));
                case CHECK ->
                    recheck.check(
                                    Version.beforeAllOf(EPOCH),
                                    List.of(new PageKey(
                                            KEY,
                                            route.projection()
                                                    .row(item(requireNonNull(before.read())))
                                                    .orElseThrow()
                                                    .key())))
                            .join();
                case READ, GIVE_UP, HORIZON -> {
                    // Of the model alone.
                }
            }
        }

        private static Change change(BackfillModel state) {
            Place before = state.history().get(state.applied());
            Place after = state.history().get(state.applied() + 1);
            VersionStamp stamp = stamp(EMAIL, state.applied() + 1);
            if (after == null) {
                return new Change.Remove(stamp, item(requireNonNull(before)));
            }
            return before == null
                    ? new Change.Insert(stamp, item(after))
                    : new Change.Modify(stamp, item(before), item(after));
        }

        private void put(Place read) {
            Outcome unused = route.target()
                    .apply(
                            new TargetWrite.Upsert(
                                    recheck.stamp(KEY, Version.beforeAllOf(EPOCH)),
                                    route.projection().row(item(read)).orElseThrow()),
                            () -> true)
                    .join();
        }

        Map<String, StoredPlace> rows() {
            Map<String, StoredPlace> rows = new TreeMap<>();
            route.scan(route.rows).forEach(row -> {
                String version = text(row.get("_tributary").m().get("v"));
                rows.put(
                        text(row.get("city")),
                        new StoredPlace(
                                Integer.parseInt(version.substring(version.indexOf('#') + 1)
                                        .replace("+", "")),
                                Optional.ofNullable(row.get("n"))
                                        .map(n -> Integer.parseInt(n.n()))
                                        .orElse(-1)));
            });
            return rows;
        }

        private static String text(@Nullable AttributeValue value) {
            return requireNonNull(value).s();
        }
    }
}
