package dev.tributary.replication;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tributary.replication.Simulation.Conditions;
import java.util.stream.LongStream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Random histories of a test class, each with a seed that decides everything in it. Nothing is logged meanwhile: failures
 * are what a history is made of.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final Histories histories = new Histories(300);
 * }</pre>
 *
 * <p>To repeat one: {@code mvn test -Dtest=ConvergenceTest -Dtributary.seed=17}. For more: {@code
 * -Dtributary.histories=100000}.
 */
final class Histories implements BeforeAllCallback, AfterAllCallback {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.tributary");

    private final int count;
    private Level level;
    private String testClass;

    /**
     * @param count of histories without a system property
     */
    Histories(int count) {
        this.count = Integer.getInteger("tributary.histories", count);
    }

    int count() {
        return count;
    }

    LongStream seeds() {
        Long one = Long.getLong("tributary.seed");
        return one == null ? LongStream.rangeClosed(1, count) : LongStream.of(one);
    }

    /** The seeds of one history in {@code divisor}. */
    LongStream seeds(int divisor) {
        return seeds().limit(Math.max(1, count / divisor));
    }

    /** Asserts that the targets of every history converge under these conditions. */
    void converge(Conditions conditions) {
        seeds().forEach(seed -> converges(seed, conditions));
    }

    /** Asserts the same of one history in {@code divisor}. */
    void converge(int divisor, Conditions conditions) {
        seeds(divisor).forEach(seed -> converges(seed, conditions));
    }

    /** Asserts that the targets of one history converge under these conditions. */
    void converges(long seed, Conditions conditions) {
        assertThat(Simulation.run(seed, conditions))
                .as("%s; %s", conditions, again(seed))
                .isEmpty();
    }

    /** How to repeat a history. */
    String again(long seed) {
        return "again with: mvn test -Dtest=%s -Dtributary.seed=%d".formatted(testClass, seed);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        testClass = context.getRequiredTestClass().getSimpleName();
        level = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LOG.setLevel(level);
    }
}
