package dev.tributary.projection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.model.AttributeType;
import dev.tributary.model.Change;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.Row;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.TestRoute;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ProjectionTest {

    private static final KeySchema KEY = new KeySchema(
            new KeyAttribute("state", AttributeType.S), Optional.of(new KeyAttribute("city", AttributeType.S)));
    private static final VersionStamp STAMP = new VersionStamp(
            new ItemKey("users/ada"), Version.of("2026-11-21T00:00:00.000", "42"), Instant.ofEpochSecond(1));

    private final Projection projection =
            new Projection(TestRoute.to("users_by_city").excluding("zipcode").projection(), KEY);

    private final Projection byScore =
            new Projection(TestRoute.to("t").key("city", "{score:03}").projection(), KEY);

    @Test
    void anInsertBecomesAnUpsertOfTheSelectedAttributes() {
        assertThat(projection.project(new Change.Insert(STAMP, user("NY", "Brooklyn"))))
                .isInstanceOfSatisfying(Projected.Write.class, projected -> {
                    TargetWrite.Upsert upsert = (TargetWrite.Upsert) projected.write();
                    assertThat(upsert.row().key()).isEqualTo(key("NY", "Brooklyn"));
                    assertThat(upsert.row().item().attributes()).containsOnlyKeys("email", "state", "city");
                });
    }

    @Test
    void aChangeOfUnselectedAttributesAloneLeavesTheRowAsItIs() {
        Item before = user("NY", "Brooklyn");
        Item after = with("zipcode", AttributeValue.fromN("10001"), before);
        assertThat(projection.project(new Change.Modify(STAMP, before, after)))
                .isInstanceOfSatisfying(Projected.Write.class, projected -> {
                    assertThat(projected.unchanged()).isTrue();
                    assertThat(projected.write().arriving()).isEqualTo(projection.row(after));
                });
        Item renamed = with("email", AttributeValue.fromS("bob@example.com"), after);
        for (Change change : List.of(
                new Change.Insert(STAMP, after),
                new Change.Modify(STAMP, before, renamed),
                new Change.Modify(STAMP, without("city", before), after))) {
            assertThat(projection.project(change))
                    .isInstanceOfSatisfying(Projected.Write.class, projected -> assertThat(projected.unchanged())
                            .isFalse());
        }
    }

    @Test
    void aKeyAttributeIsMadeByItsTemplateAndNotCopied() {
        Projection byCityAndEmail = new Projection(
                TestRoute.to("t")
                        .including("state")
                        .key("city", "{city}#{email}")
                        .projection(),
                KEY);
        Row row = byCityAndEmail.row(scored("a#b", "7")).orElseThrow();
        assertThat(row.key()).isEqualTo(key("NY", "a\\#b#ada@example.com"));
        assertThat(row.item()).isEqualTo(row.key());
    }

    @Test
    void aChangeOfAnAttributeThatATemplateUsesMovesTheRow() {
        assertThat(byScore.project(new Change.Modify(STAMP, scored("x", "7"), scored("x", "10"))))
                .isInstanceOfSatisfying(Projected.Write.class, projected -> {
                    assertThat(projected.write().vacated()).containsExactly(key("NY", "007"));
                    assertThat(projected.write().arriving().orElseThrow().key()).isEqualTo(key("NY", "010"));
                });
    }

    @Test
    void anItemThatDoesNotFitItsTemplateIsRefusedWhateverTheRouteSaysOfMissingKeys() {
        assertThat(byScore.project(new Change.Modify(STAMP, scored("x", "7"), scored("x", "-1"))))
                .isInstanceOfSatisfying(Projected.Refused.class, refused -> assertThat(refused.reason())
                        .contains("score")
                        .contains("{score:03}"));
        assertThat(byScore.project(new Change.Remove(STAMP, scored("x", "-1")))).isInstanceOf(Projected.Nothing.class);
    }

    @Test
    void anItemWithoutAnAttributeThatATemplateUsesHasNoRow() {
        assertThat(byScore.project(new Change.Insert(STAMP, user("NY", "Brooklyn"))))
                .isInstanceOf(Projected.Nothing.class);
        assertThat(byScore.project(new Change.Modify(STAMP, scored("x", "7"), user("NY", "Brooklyn"))))
                .isInstanceOfSatisfying(
                        Projected.Write.class,
                        projected -> assertThat(projected.write().vacated()).containsExactly(key("NY", "007")));
    }

    @Test
    void aModificationUnderTheSameKeyBecomesAnUpsert() {
        assertThat(write(new Change.Modify(STAMP, user("NY", "Brooklyn"), user("NY", "Brooklyn"))))
                .isInstanceOf(TargetWrite.Upsert.class);
    }

    @Test
    void aModificationOfTheTargetKeyBecomesAMove() {
        assertThat(projection.project(new Change.Modify(STAMP, user("NY", "Brooklyn"), user("CA", "Oakland"))))
                .isInstanceOfSatisfying(Projected.Write.class, projected -> {
                    TargetWrite write = projected.write();
                    assertThat(write).isInstanceOf(TargetWrite.Move.class);
                    assertThat(write.vacated()).containsExactly(key("NY", "Brooklyn"));
                    assertThat(write.arriving().orElseThrow().key()).isEqualTo(key("CA", "Oakland"));
                });
    }

    @Test
    void aRemovalBecomesADelete() {
        assertThat(projection.project(new Change.Remove(STAMP, user("NY", "Brooklyn"))))
                .isEqualTo(new Projected.Write(new TargetWrite.Delete(STAMP, Set.of(key("NY", "Brooklyn")))));
    }

    @Test
    void aRemovalIsNothingWhereDeletesAreIgnored() {
        Projection keeping =
                new Projection(TestRoute.to("t").deletes(DeletePolicy.IGNORE).projection(), KEY);
        assertThat(keeping.project(new Change.Remove(STAMP, user("NY", "Brooklyn"))))
                .isEqualTo(new Projected.Nothing());
    }

    @Test
    void anItemWithoutAKeyAttributeOfTheTargetHasNoRow() {
        assertThat(projection.project(new Change.Insert(STAMP, without("city", user("NY", "Brooklyn")))))
                .isEqualTo(new Projected.Nothing());
    }

    @Test
    void anItemThatLosesAKeyAttributeOfTheTargetLosesItsRow() {
        Item before = user("NY", "Brooklyn");
        assertThat(projection.project(new Change.Modify(STAMP, before, without("city", before))))
                .isEqualTo(new Projected.Write(new TargetWrite.Delete(STAMP, Set.of(key("NY", "Brooklyn")))));
    }

    @Test
    void anItemThatGainsItsKeyAttributesGainsARow() {
        Item after = user("NY", "Brooklyn");
        assertThat(write(new Change.Modify(STAMP, without("city", after), after)))
                .isInstanceOf(TargetWrite.Upsert.class);
    }

    @Test
    void aRouteMayAskToParkAnItemWithoutAKeyAttribute() {
        Projection parking = new Projection(
                TestRoute.to("t").missingKey(MissingKeyPolicy.PARK).projection(), KEY);
        Item before = user("NY", "Brooklyn");
        assertThat(parking.project(new Change.Modify(STAMP, before, without("city", before))))
                .isEqualTo(new Projected.Refused("the item has no city, which the target's key needs"));
        assertThat(parking.project(new Change.Insert(STAMP, without("state", without("city", before)))))
                .isEqualTo(new Projected.Refused("the item has no state and city, which the target's key needs"));
        assertThat(parking.project(new Change.Remove(STAMP, without("city", before))))
                .isEqualTo(new Projected.Nothing());
    }

    @ParameterizedTest
    @MethodSource("impossibleKeys")
    void aKeyThatTheTargetCannotHaveIsNotVacated(AttributeValue impossible) {
        Item before = with("city", impossible, user("NY", "Brooklyn"));
        assertThat(write(new Change.Modify(STAMP, before, user("NY", "Brooklyn"))))
                .isInstanceOf(TargetWrite.Upsert.class);
        assertThat(projection.project(new Change.Remove(STAMP, before))).isEqualTo(new Projected.Nothing());
    }

    static Stream<AttributeValue> impossibleKeys() {
        return Stream.of(
                AttributeValue.fromN("1"),
                AttributeValue.fromNul(true),
                AttributeValue.fromS(""),
                AttributeValue.fromS("ü".repeat(513)));
    }

    @Test
    void aKeyOfTheGreatestLengthIsVacated() {
        Item before = with("city", AttributeValue.fromS("ü".repeat(512)), user("NY", "Brooklyn"));
        assertThat(write(new Change.Remove(STAMP, before))).isInstanceOf(TargetWrite.Delete.class);
    }

    @Test
    void onlyIncludedAttributesAreCopiedAndExclusionWins() {
        Projection some = new Projection(
                TestRoute.to("t")
                        .including("state", "city", "zipcode")
                        .excluding("zipcode")
                        .projection(),
                KEY);
        assertThat(some.row(user("NY", "Brooklyn")).orElseThrow().item().attributes())
                .containsOnlyKeys("state", "city");
    }

    @Test
    void theMarkOfAnotherReplicationIsNotCopied() {
        Map<String, AttributeValue> attributes =
                new HashMap<>(user("NY", "Brooklyn").attributes());
        attributes.put(VersionStamp.ATTRIBUTE, AttributeValue.fromM(Map.of()));
        assertThat(projection.row(new Item(attributes)).orElseThrow().item().attributes())
                .doesNotContainKey(VersionStamp.ATTRIBUTE);
    }

    @Test
    void whatTellsATombstoneIsNotCopied() {
        Item item = with(VersionStamp.EXPIRES, AttributeValue.fromN("1"), user("NY", "Brooklyn"));
        assertThat(projection.row(item).orElseThrow().item().attributes()).doesNotContainKey(VersionStamp.EXPIRES);
    }

    /** Where the source is the target of a route with {@code deletes = tombstone}. */
    @ParameterizedTest
    @EnumSource(MissingKeyPolicy.class)
    void aTombstoneOfTheSourceIsNoItem(MissingKeyPolicy missingKey) {
        Projection further =
                new Projection(TestRoute.to("t").missingKey(missingKey).projection(), KEY);
        Item item = user("NY", "Brooklyn");
        Item tombstone = tombstone(Map.of("email", AttributeValue.fromS("ada@example.com")));
        assertThat(further.project(new Change.Modify(STAMP, item, tombstone)))
                .isEqualTo(new Projected.Write(new TargetWrite.Delete(STAMP, Set.of(key("NY", "Brooklyn")))));
        Item under = tombstone(key("NY", "Brooklyn").attributes());
        for (Change nothing : List.of(
                new Change.Insert(STAMP, under),
                new Change.Modify(STAMP, under, under),
                new Change.Remove(STAMP, under))) {
            assertThat(further.project(nothing)).isEqualTo(new Projected.Nothing());
        }
        assertThat(further.project(new Change.Modify(STAMP, tombstone, item)))
                .isEqualTo(further.project(new Change.Insert(STAMP, item)));
    }

    /** Whoever writes the source past the endpoint may use the reserved names for anything. */
    @Test
    void itemWithOtherValuesUnderTheReservedNamesIsProjectedWithoutThem() {
        Item plain = user("NY", "Brooklyn");
        for (AttributeValue stamp :
                List.of(AttributeValue.fromS("x"), AttributeValue.fromN("1"), AttributeValue.fromM(Map.of()))) {
            for (AttributeValue expires : List.of(AttributeValue.fromN("1"), AttributeValue.fromS("x"))) {
                Item item = with(VersionStamp.EXPIRES, expires, with(VersionStamp.ATTRIBUTE, stamp, plain));
                assertThat(projection.project(new Change.Modify(STAMP, plain, item)))
                        .isEqualTo(projection.project(new Change.Modify(STAMP, plain, plain)));
            }
        }
    }

    @Test
    void whereRemovalsAreIgnoredATombstoneOfTheSourceIsTooAndTheRowStays() {
        Projection keeping =
                new Projection(TestRoute.to("t").deletes(DeletePolicy.IGNORE).projection(), KEY);
        Change buried = new Change.Modify(STAMP, user("NY", "Brooklyn"), tombstone(Map.of()));
        assertThat(keeping.project(buried)).isEqualTo(new Projected.Nothing());
        assertThat(keeping.keepsRow(buried)).isTrue();
    }

    private static Item tombstone(Map<String, AttributeValue> key) {
        return with(
                VersionStamp.EXPIRES,
                AttributeValue.fromN("1"),
                with(
                        VersionStamp.ATTRIBUTE,
                        AttributeValue.fromM(Map.of(
                                "o", AttributeValue.fromS("users#a"),
                                "v", AttributeValue.fromS("1"),
                                "t", AttributeValue.fromN("1"),
                                "a", AttributeValue.fromS("digest"))),
                        new Item(key)));
    }

    private static Item user(String state, String city) {
        return new Item(Map.of(
                "email", AttributeValue.fromS("ada@example.com"),
                "state", AttributeValue.fromS(state),
                "city", AttributeValue.fromS(city),
                "zipcode", AttributeValue.fromN("11208")));
    }

    private TargetWrite write(Change change) {
        return ((Projected.Write) projection.project(change)).write();
    }

    private static Item with(String attribute, AttributeValue value, Item item) {
        Map<String, AttributeValue> attributes = new HashMap<>(item.attributes());
        attributes.put(attribute, value);
        return new Item(attributes);
    }

    private static Item without(String attribute, Item item) {
        Map<String, AttributeValue> rest = new HashMap<>(item.attributes());
        rest.remove(attribute);
        return new Item(rest);
    }

    private static Item key(String state, String city) {
        return new Item(Map.of("state", AttributeValue.fromS(state), "city", AttributeValue.fromS(city)));
    }

    private static Item scored(String city, String score) {
        return new Item(Map.of(
                "email", AttributeValue.fromS("ada@example.com"),
                "state", AttributeValue.fromS("NY"),
                "city", AttributeValue.fromS(city),
                "score", AttributeValue.fromN(score)));
    }
}
