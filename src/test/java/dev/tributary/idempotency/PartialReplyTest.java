package dev.tributary.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.idempotency.PartialReply.Part;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PartialReplyTest {

    private static final String STORED = "{\"status\":201}";

    @Test
    void partsThatWereCarriedOutAfterFollowingOnesAreMarkedUntilTheRequestGetsBeyondThose() {
        PartialReply first = of(part("a", ""), part("b", STORED), part("c", STORED));
        PartialReply second = of(part("a", STORED)).continuing(first);
        assertThat(second.parts()).containsExactly(new Part("a", STORED, true), part("b", STORED), part("c", STORED));
        assertThat(of(part("a", STORED), part("b", STORED)).continuing(second).parts())
                .containsExactly(new Part("a", STORED, true), part("b", STORED), part("c", STORED));
        assertThat(of(part("a", STORED), part("b", STORED), part("c", ""))
                        .continuing(second)
                        .parts())
                .containsExactly(part("a", STORED), part("b", STORED), part("c", ""));
    }

    @Test
    void partsThatARecordCannotHoldLeaveTheEarlierOnes() {
        String longAnswer = "x".repeat(1000);
        PartialReply first = new PartialReply(
                Stream.concat(parts(300, ""), parts(300, longAnswer)).toList(), Optional.empty());
        PartialReply second = new PartialReply(parts(300, longAnswer).toList(), Optional.empty());
        assertThat(first.fits()).isTrue();
        assertThat(second.fits()).isTrue();
        assertThat(second.continuing(first)).isEqualTo(first);
    }

    @Test
    void recordsOfTheFormBeforeAreRead() {
        String json = "{\"parts\":[{\"document\":\"a\",\"answer\":\"b\"}],\"fingerprint\":\"\"}";
        PartialReply read = of(part("a", "b"));
        assertThat(PartialReply.parse(json)).contains(read);
        PartialReply late = of(new Part("a", "b", true));
        assertThat(PartialReply.parse(late.json())).contains(late);
    }

    private static Part part(String document, String answer) {
        return new Part(document, answer);
    }

    private static Stream<Part> parts(int number, String answer) {
        return IntStream.range(0, number).mapToObj(n -> part("d" + n, answer));
    }

    private static PartialReply of(Part... parts) {
        return new PartialReply(List.of(parts), Optional.empty());
    }
}
