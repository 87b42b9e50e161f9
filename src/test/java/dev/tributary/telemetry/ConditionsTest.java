package dev.tributary.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.telemetry.Health.Component;
import dev.tributary.telemetry.Health.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConditionsTest {

    private static final Component USUAL = new Component(Status.UP, "reading");

    private long now;
    private final List<String> lines = new ArrayList<>();
    private final Health health = new Health(new Liveness(), () -> now);
    private final Conditions conditions = health.conditions("source", () -> USUAL);
    private final Conditions other = health.conditions("source", () -> USUAL);

    private void raise(String name, String kind) {
        conditions.raise(name, kind, Status.DEGRADED, name + " is " + kind, () -> lines.add(name + " " + kind));
    }

    private void clear(String name) {
        conditions.clear(name, () -> lines.add(name + " ended"));
    }

    private Component component() {
        return health.snapshot().components().get("source");
    }

    @Test
    void aConditionIsInHealthWhileItLastsAndLoggedAtItsStartAndEnd() {
        raise("writes", "slow");
        raise("writes", "slow");
        assertThat(conditions.isRaised("writes")).isTrue();
        assertThat(component()).isEqualTo(new Component(Status.DEGRADED, "writes is slow"));
        clear("writes");
        clear("writes");
        assertThat(conditions.isRaised("writes")).isFalse();
        assertThat(component()).isEqualTo(USUAL);
        assertThat(lines).containsExactly("writes slow", "writes ended");
    }

    @Test
    void anotherKindIsLoggedAndReplacesTheDetail() {
        raise("writes", "slow");
        raise("writes", "denied");
        assertThat(component().detail()).isEqualTo("writes is denied");
        assertThat(lines).containsExactly("writes slow", "writes denied");
    }

    @Test
    void aConditionThatKeepsStartingAndEndingIsLoggedOnceAMinute() {
        for (int second = 0; second < 120; second++) {
            raise("writes", "slow");
            clear("writes");
            now += Duration.ofSeconds(1).toNanos();
        }
        assertThat(lines).containsExactly("writes slow", "writes ended", "writes slow", "writes ended");
    }

    @Test
    void conditionsThatAreNotRetainedEnd() {
        raise("one", "slow");
        raise("two", "slow");
        conditions.retain(Set.of("two", "three"), name -> lines.add(name + " left"));
        assertThat(conditions.isRaised("one")).isFalse();
        assertThat(conditions.isRaised("two")).isTrue();
        assertThat(lines).containsExactly("one slow", "two slow", "one left");
    }

    @Test
    void aConditionOfManyPartsIsLoggedWhenTheFirstRaisesItAndTheLastClearsIt() {
        raise("writes", "slow");
        other.raise("writes", "slow", Status.DEGRADED, "other", () -> lines.add("other slow"));
        clear("writes");
        assertThat(lines).containsExactly("writes slow");
        raise("writes", "slow");
        other.clear("writes", () -> lines.add("other ended"));
        assertThat(lines).containsExactly("writes slow");
        clear("writes");
        assertThat(lines).containsExactly("writes slow", "writes ended");
    }

    @Test
    void aClosedPartKeepsNoConditionFromEnding() {
        raise("writes", "slow");
        other.raise("writes", "slow", Status.DEGRADED, "other", () -> lines.add("other slow"));
        other.close();
        other.raise("writes", "denied", Status.DOWN, "other", () -> lines.add("other denied"));
        assertThat(component()).isEqualTo(new Component(Status.DEGRADED, "writes is slow"));
        clear("writes");
        assertThat(lines).containsExactly("writes slow", "writes ended");
    }

    @Test
    void theSameConditionOfAnotherComponentIsLogged() {
        raise("writes", "slow");
        Conditions target = health.conditions("target", () -> USUAL);
        target.raise("writes", "slow", Status.DEGRADED, "target", () -> lines.add("target slow"));
        target.clear("writes", () -> lines.add("target ended"));
        assertThat(lines).containsExactly("writes slow", "target slow", "target ended");
    }
}
