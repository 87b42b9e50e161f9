package dev.tributary.inspect.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.projection.KeyTemplate;
import dev.tributary.projection.Projection;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.replication.TestRoute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What a sample of a table says of the whole of it. */
class CollisionsTest {

    private static final KeySchema EMAIL = KeySchema.parse("email:S");
    private static final KeySchema CITY = KeySchema.parse("city:S");

    /** 100,000 items in 5,000 cities: 20 items a city, and 950,000 pairs. */
    @Test
    void pairsAndKeysOfATableAreEstimatedFromASample() {
        List<Integer> items = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            items.add(i);
        }
        Collections.shuffle(items, new Random(7));
        RouteSample sample = sample(Map.of());
        items.subList(0, 5_000).forEach(i -> sample.add(item("user" + i, "city" + i % 5_000)));
        Collisions found = sample.estimate("r", "t", false).collisions();
        assertThat(found.pairsOf(100_000)).isCloseTo(950_000, Percentage.withPercentage(10));
        assertThat(found.effectiveKeys()).isCloseTo(5_000, Percentage.withPercentage(10));
        assertThat(found.examples()).isNotEmpty().allSatisfy(example -> {
            assertThat(example.number()).isGreaterThan(1);
            assertThat(example.key()).startsWith("city=city");
            assertThat(example.sources().get(0)).startsWith("email=user");
        });
    }

    @Test
    void aSampleWithoutAPairExcludesOnlySoMany() {
        RouteSample sample = sample(Map.of());
        for (int i = 0; i < 100; i++) {
            sample.add(item("user" + i, "city" + i));
        }
        Collisions found = sample.estimate("r", "t", false).collisions();
        assertThat(found.pairsOf(1_000)).isZero();
        assertThat(found.unseenPairsOf(1_000)).isCloseTo(3 * 1_000 * 999 / 9_900.0, within(0.01));
        assertThat(sample.estimate("r", "t", true).collisions().unseenPairsOf(100))
                .isZero();
    }

    @Test
    void aKeyWithTheSourceKeyInItCannotCollide() {
        RouteSample sample = sample(Map.of("city", KeyTemplate.parse("{city}#{email}")));
        sample.add(item("ada", "Oakland"));
        sample.add(item("bob", "Oakland"));
        assertThat(sample.estimate("r", "t", false).collisions()).satisfies(found -> {
            assertThat(found.possible()).isFalse();
            assertThat(found.pairs()).isZero();
            assertThat(found.unseenPairsOf(1_000_000)).isZero();
        });
    }

    @Test
    void itemsWithoutKeyAndThoseThatAreParkedOrTooLargeAreCounted() {
        RouteSample sample = sample(Map.of());
        sample.add(item("ada", "Oakland"));
        sample.add(new Item(Map.of("email", AttributeValue.fromS("bob"))));
        sample.add(new Item(Map.of("email", AttributeValue.fromS("eve"), "city", AttributeValue.fromN("7"))));
        Map<String, AttributeValue> large = Map.of(
                "email", AttributeValue.fromS("dan"),
                "city", AttributeValue.fromS("Salem"),
                // An item of exactly 400 KB, and the stamp does not fit beside it.
                "text", AttributeValue.fromS("x".repeat(400 * 1024 - 21)));
        sample.add(new Item(large));
        RouteEstimate estimate = sample.estimate("r", "t", true);
        assertThat(estimate.rows().estimate()).isEqualTo(0.25);
        assertThat(estimate.withoutRow().estimate()).isEqualTo(0.25);
        assertThat(estimate.parked())
                .hasSize(1)
                .containsOnlyKeys("its city is of type N, and the target's key needs S");
        assertThat(estimate.tooLarge().found()).isEqualTo(1);
        assertThat(estimate.tooLargeExamples()).containsExactly("email=dan");
        assertThat(estimate.rowUnits()).isEqualTo(1);
        assertThat(estimate.rowBytes()).as("19 bytes and the stamp").isBetween(130.0, 180.0);
    }

    @Test
    void aShareHasAnIntervalUnlessEverythingWasRead() {
        assertThat(new Share(0, 1_000, false)).satisfies(none -> {
            assertThat(none.estimate()).isZero();
            assertThat(none.high()).isCloseTo(0.0038, within(0.0001));
        });
        assertThat(new Share(500, 1_000, false).low()).isCloseTo(0.469, within(0.001));
        assertThat(new Share(500, 1_000, true).low()).isEqualTo(0.5);
        assertThat(new Share(0, 0, false).high()).isEqualTo(1);
    }

    private static RouteSample sample(Map<String, KeyTemplate> templates) {
        TestRoute route = TestRoute.to("by_city");
        ProjectionSettings settings = route.projection();
        return new RouteSample(
                new Projection(
                        new ProjectionSettings(
                                settings.include(),
                                settings.exclude(),
                                templates,
                                settings.deletes(),
                                settings.missingKey()),
                        CITY),
                EMAIL,
                "111122223333:eu-west-1:users");
    }

    private static Item item(String email, String city) {
        return new Item(Map.of("email", AttributeValue.fromS(email), "city", AttributeValue.fromS(city)));
    }
}
