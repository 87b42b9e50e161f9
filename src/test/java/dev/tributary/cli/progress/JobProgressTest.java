package dev.tributary.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.cli.progress.JobProgress.State;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JobProgressTest {

    private final AtomicLong now = new AtomicLong();
    private final StringWriter err = new StringWriter();
    private final PrintWriter out = new PrintWriter(err);
    private Progress progress = new Progress(1000, 5000, Map.of("missing", 0L));

    private JobProgress start(ProgressOutput output) {
        return JobProgress.start(output, () -> progress, now::get);
    }

    private void advance(long done, long missing) {
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        progress = new Progress(done, 5000, Map.of("missing", missing));
    }

    private List<String> lines() {
        return err.toString().lines().toList();
    }

    @Test
    void linesAreJsonWithRateAndTimeLeftCountedFromTheStartOfThisRun() throws Exception {
        try (JobProgress shown = start(new LineOutput("verify", "users.by-city", "items", out))) {
            advance(2000, 3);
            shown.show(State.RUNNING);
            advance(5000, 4);
            shown.finished();
        }
        JsonNode first = new ObjectMapper().readTree(lines().get(0));
        assertThat(first).isEqualTo(new ObjectMapper().readTree("""
                        {"job":"verify","subject":"users.by-city","state":"running","unit":"items","done":2000,
                         "expected":5000,"seconds":2,"rate":500,"secondsLeft":6,"missing":3}"""));
        JsonNode last = new ObjectMapper().readTree(lines().get(1));
        assertThat(last.required("state").asText()).isEqualTo("finished");
        assertThat(last.required("done").asInt()).isEqualTo(5000);
        assertThat(last.required("missing").asInt()).isEqualTo(4);
    }

    @Test
    void theLastLineOfAJobThatDidNotFinishSaysSo() {
        JobProgress shown = start(new LineOutput("verify", "users.by-city", "items", out));
        advance(1500, 0);
        shown.close();
        assertThat(lines()).singleElement().asString().contains("\"state\":\"interrupted\"", "\"done\":1500");
    }

    @Test
    void withoutAnEstimateThereIsNoTimeLeft() {
        progress = new Progress(0, 0, Map.of());
        try (JobProgress shown = start(new LineOutput("verify", "users.by-city", "items", out))) {
            now.addAndGet(Duration.ofSeconds(1).toNanos());
            progress = new Progress(10, 0, Map.of());
            shown.show(State.RUNNING);
        }
        assertThat(lines().get(0)).doesNotContain("expected", "secondsLeft").contains("\"rate\":10");
    }

    @Test
    void aBarShowsTheSameCountsOnOneLineThatFitsTheTerminal() {
        try (JobProgress shown = start(new BarOutput("verify users.by-city", "items", out, 120))) {
            advance(2000, 3);
            shown.show(State.RUNNING);
            advance(5000, 4);
            shown.finished();
        }
        List<String> drawn = List.of(err.toString().split("\r"));
        assertThat(drawn).anySatisfy(line -> assertThat(line)
                .contains("verify users.by-city", " 40%", "2000/5000 items", "0:00:06", "500/s", "missing 3"));
        assertThat(drawn.get(drawn.size() - 1))
                .contains("100%", "5000/5000 items", "missing 4")
                .endsWith(System.lineSeparator());
        assertThat(drawn).allSatisfy(line -> assertThat(line.stripTrailing()).hasSizeLessThan(120));
    }

    @Test
    void aBarWithoutAnEstimateCountsWhatIsDone() {
        progress = new Progress(0, 0, Map.of());
        try (JobProgress shown = start(new BarOutput("verify users.by-city", "items", out, 80))) {
            now.addAndGet(Duration.ofSeconds(1).toNanos());
            progress = new Progress(10, 0, Map.of());
            shown.show(State.RUNNING);
        }
        assertThat(err.toString()).contains("10/? items", "10/s");
    }
}
