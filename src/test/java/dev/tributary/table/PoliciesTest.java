package dev.tributary.table;

import static dev.tributary.table.CityRows.delete;
import static dev.tributary.table.CityRows.key;
import static dev.tributary.table.CityRows.move;
import static dev.tributary.table.CityRows.upsert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tributary.dynamo.WriteFailure;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Outcome;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import dev.tributary.table.Policies.Tombstones;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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

    private Optional<Map<String, AttributeValue>> row(String city) {
        return CityRows.row(dynamo, name, city);
    }

    private String ownerOf(String city) {
        return row(city).orElseThrow().get("owner").s();
    }
}
