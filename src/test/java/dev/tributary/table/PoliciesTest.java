package dev.tributary.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.Policies.Tombstones;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class PoliciesTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ADA = "ada";
    private static final String BOB = "bob";
    private static final Duration WEEK = Duration.ofDays(7);

    private String name;

    @BeforeEach
    void createTable() {
        name = dynamo.createTable("target", "city:S");
    }

    @Nested
    class Reject {

        private final Policies policies = new Policies(CollisionPolicy.REJECT, Optional.empty());

        @Test
        void theRowOfAnotherItemIsNotOverwrittenEvenByALaterChange() {
            apply(policies, upsert(BOB, 1, "Oakland"));
            assertCollides(() -> apply(policies, upsert(ADA, 9, "Oakland")));
            assertThat(ownerOf("Oakland")).isEqualTo(BOB);
        }

        @Test
        void aMoveToTheRowOfAnotherItemDoesNothingAtAll() {
            apply(policies, upsert(ADA, 1, "Brooklyn"));
            apply(policies, upsert(BOB, 1, "Oakland"));
            assertCollides(() -> apply(policies, move(ADA, 2, "Oakland", "Brooklyn")));
            assertThat(ownerOf("Brooklyn")).isEqualTo(ADA);
            assertThat(ownerOf("Oakland")).isEqualTo(BOB);
        }

        @Test
        void theOwnersRowIsReplacedAndNotByAnOlderOne() {
            apply(policies, upsert(ADA, 2, "Oakland"));
            assertThat(apply(policies, upsert(ADA, 3, "Oakland"))).isEqualTo(Outcome.APPLIED);
            assertThat(apply(policies, upsert(ADA, 2, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
        }

        @Test
        void aMoveThatIsOutOfDateIsSupersededAndNoCollision() {
            apply(policies, upsert(ADA, 5, "Brooklyn"));
            apply(policies, upsert(BOB, 1, "Oakland"));
            assertThat(apply(policies, move(ADA, 2, "Oakland", "Brooklyn"))).isEqualTo(Outcome.SUPERSEDED);
        }

        @Test
        void aRowThatWasLeftIsFree() {
            apply(policies, upsert(BOB, 1, "Oakland"));
            apply(policies, delete(BOB, 2, "Oakland"));
            assertThat(apply(policies, upsert(ADA, 1, "Oakland"))).isEqualTo(Outcome.APPLIED);
        }

        private void assertCollides(ThrowingCallable call) {
            assertThatThrownBy(call).satisfies(thrown -> assertThat(WriteFailure.of(thrown))
                    .isEqualTo(new WriteFailure(
                            WriteFailure.Kind.SCHEMA,
                            "the row under this key is another item's: " + new ItemKey(BOB),
                            false)));
        }
    }

    @Nested
    class Burials {

        private final Policies policies = new Policies(CollisionPolicy.LATEST, Optional.of(new Tombstones(WEEK)));

        @Test
        void aRemovalLeavesTheKeyTheMarkAndWhenItExpires() {
            apply(policies, upsert(ADA, 1, "Oakland"));
            assertThat(apply(policies, delete(ADA, 2, "Oakland"))).isEqualTo(Outcome.APPLIED);
            Map<String, AttributeValue> tombstone = row("Oakland").orElseThrow();
            assertThat(tombstone).containsOnlyKeys("city", VersionStamp.ATTRIBUTE, VersionStamp.EXPIRES);
            assertThat(tombstone.get(VersionStamp.EXPIRES).n()).isEqualTo(Long.toString(60 + WEEK.toSeconds()));
        }

        @Test
        void aTombstoneHasItsTimeInTheTtlAttributeThatTheTargetHasForItsRowsToo() {
            Policies sessions = new Policies(CollisionPolicy.LATEST, Optional.of(new Tombstones(WEEK, "expires")));
            apply(sessions, delete(ADA, 2, "Oakland"));
            Map<String, AttributeValue> tombstone = row("Oakland").orElseThrow();
            assertThat(tombstone).containsOnlyKeys("city", VersionStamp.ATTRIBUTE, VersionStamp.EXPIRES, "expires");
            assertThat(tombstone.get("expires")).isEqualTo(tombstone.get(VersionStamp.EXPIRES));
        }

        @Test
        void aWriteFromBeforeTheRemovalBringsNothingBack() {
            apply(policies, upsert(ADA, 1, "Oakland"));
            apply(policies, delete(ADA, 3, "Oakland"));
            assertThat(apply(policies, upsert(ADA, 2, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
            assertThat(row("Oakland").orElseThrow()).containsKey(VersionStamp.EXPIRES);
        }

        @Test
        void aRemovalThatComesBeforeItsInsertKeepsTheRowAway() {
            assertThat(apply(policies, delete(ADA, 2, "Oakland"))).isEqualTo(Outcome.APPLIED);
            assertThat(apply(policies, upsert(ADA, 1, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
        }

        @Test
        void aLaterChangeOfTheSameItemTakesTheTombstoneAway() {
            apply(policies, delete(ADA, 2, "Oakland"));
            assertThat(apply(policies, upsert(ADA, 3, "Oakland"))).isEqualTo(Outcome.APPLIED);
            assertThat(row("Oakland").orElseThrow()).doesNotContainKey(VersionStamp.EXPIRES);
        }

        @Test
        void anotherItemTakesThePlaceOfATombstoneWheneverItWasMade() {
            apply(policies, delete(ADA, 9, "Oakland"));
            assertThat(apply(policies, upsert(BOB, 1, "Oakland"))).isEqualTo(Outcome.APPLIED);
            assertThat(ownerOf("Oakland")).isEqualTo(BOB);
        }

        @Test
        void aTombstoneIsNoRowOfAnotherItemForARouteThatRejectsCollisions() {
            Policies both = new Policies(CollisionPolicy.REJECT, Optional.of(new Tombstones(WEEK)));
            apply(both, delete(ADA, 9, "Oakland"));
            assertThat(apply(both, upsert(BOB, 1, "Oakland"))).isEqualTo(Outcome.APPLIED);
        }

        @Test
        void aRemovalLeavesTheRowOfAnotherItemAndOneThatNoReplicationWrote() {
            apply(policies, upsert(BOB, 1, "Oakland"));
            assertThat(apply(policies, delete(ADA, 9, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
            dynamo.client().putItem(put -> put.tableName(name).item(key("Reno").attributes()));
            assertThat(apply(policies, delete(ADA, 9, "Reno"))).isEqualTo(Outcome.SUPERSEDED);
            assertThat(ownerOf("Oakland")).isEqualTo(BOB);
            assertThat(row("Reno").orElseThrow()).containsOnlyKeys("city");
        }

        @Test
        void aMoveLeavesATombstoneUnderTheOldKey() {
            apply(policies, upsert(ADA, 1, "Brooklyn"));
            assertThat(apply(policies, move(ADA, 2, "Oakland", "Brooklyn"))).isEqualTo(Outcome.APPLIED);
            assertThat(row("Brooklyn").orElseThrow()).containsKey(VersionStamp.EXPIRES);
            assertThat(ownerOf("Oakland")).isEqualTo(ADA);
            assertThat(apply(policies, upsert(ADA, 1, "Brooklyn"))).isEqualTo(Outcome.SUPERSEDED);
        }

        /** More keys than a transaction takes are left one by one, and a crash may come in between. */
        @Test
        void aMoveThatWasDoneInPartIsDoneToItsEnd() {
            apply(policies, upsert(ADA, 1, "Brooklyn"));
            apply(policies, delete(ADA, 2, "Brooklyn"));
            assertThat(apply(policies, move(ADA, 2, "Oakland", "Brooklyn", "Reno")))
                    .isEqualTo(Outcome.APPLIED);
            assertThat(ownerOf("Oakland")).isEqualTo(ADA);
        }

        @Test
        void aMoveFromWhichTheItemHasGoneOnBringsNoRow() {
            apply(policies, delete(ADA, 3, "Brooklyn"));
            assertThat(apply(policies, move(ADA, 2, "Oakland", "Brooklyn"))).isEqualTo(Outcome.SUPERSEDED);
            assertThat(row("Oakland")).isEmpty();
        }

        @Test
        void ofTwoTombstonesTheLaterStays() {
            apply(policies, delete(ADA, 2, "Oakland"));
            assertThat(apply(policies, delete(BOB, 3, "Oakland"))).isEqualTo(Outcome.APPLIED);
            assertThat(apply(policies, upsert(BOB, 1, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
            assertThat(apply(policies, delete(ADA, 2, "Oakland"))).isEqualTo(Outcome.SUPERSEDED);
        }
    }

    private Outcome apply(Policies policies, TargetWrite write) {
        return new TargetTable(dynamo.asyncClient(), name, policies)
                .apply(write, () -> true)
                .join();
    }

    private static TargetWrite upsert(String owner, int version, String city) {
        return new TargetWrite.Upsert(stamp(owner, version), row(owner, city));
    }

    private static TargetWrite delete(String owner, int version, String city) {
        return new TargetWrite.Delete(stamp(owner, version), Set.of(key(city)));
    }

    private static TargetWrite move(String owner, int version, String to, String... from) {
        Set<Item> old = new HashSet<>();
        for (String city : from) {
            old.add(key(city));
        }
        return new TargetWrite.Move(stamp(owner, version), old, row(owner, to));
    }

    private static VersionStamp stamp(String owner, int version) {
        return new VersionStamp(
                new ItemKey(owner),
                Version.of("2026-11-21T00:00:00.000", Integer.toString(version)),
                Instant.ofEpochSecond(60));
    }

    private static Row row(String owner, String city) {
        return new Row(
                key(city), new Item(Map.of("city", AttributeValue.fromS(city), "owner", AttributeValue.fromS(owner))));
    }

    private static Item key(String city) {
        return new Item(Map.of("city", AttributeValue.fromS(city)));
    }

    private Optional<Map<String, AttributeValue>> row(String city) {
        return Optional.of(dynamo.client()
                        .getItem(request -> request.tableName(name)
                                .key(key(city).attributes())
                                .consistentRead(true))
                        .item())
                .filter(item -> !item.isEmpty());
    }

    private String ownerOf(String city) {
        return row(city).orElseThrow().get("owner").s();
    }
}
