package dev.tributary.http.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of Trace Context, with the examples of the W3C's recommendation. */
class TraceParentTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";
    private static final String VALID = "00-" + TRACE + "-" + PARENT + "-01";

    @ParameterizedTest
    @ValueSource(
            strings = {
                VALID,
                "00-" + TRACE + "-" + PARENT + "-00",
                "00-" + TRACE + "-" + PARENT + "-ff",
                "01-" + TRACE + "-" + PARENT + "-01",
                "cc-" + TRACE + "-" + PARENT + "-01-what-the-future-will-be-like",
                "cc-" + TRACE + "-" + PARENT + "-01-"
            })
    void whatFollowsTheGrammarIsATrace(String value) {
        assertThat(TraceParent.of(List.of(value))).contains(new TraceParent(TRACE, PARENT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-" + TRACE + "-" + PARENT,
                "00-" + TRACE + "-" + PARENT + "-1",
                "00-" + TRACE + "-" + PARENT + "-01-more",
                "00-" + TRACE + "-" + PARENT + "-01-",
                "00-" + TRACE + "-" + PARENT + "-01.",
                "ff-" + TRACE + "-" + PARENT + "-01",
                "cc-" + TRACE + "-" + PARENT + "-01.what",
                "00-00000000000000000000000000000000-" + PARENT + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-" + PARENT + "-01",
                "00-" + TRACE + "-B7AD6B7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319-" + PARENT + "-01",
                "00-" + TRACE + "0-" + PARENT + "-01",
                " " + VALID,
                VALID + "\n",
                VALID + "\nforged line",
                "0x-" + TRACE + "-" + PARENT + "-01"
            })
    void anythingElseIsNone(String value) {
        assertThat(TraceParent.of(List.of(value))).isEmpty();
    }

    @Test
    void noneSeveralOrTooLongOnesAreNone() {
        assertThat(TraceParent.of(List.of())).isEmpty();
        assertThat(TraceParent.of(List.of(VALID, VALID))).isEmpty();
        assertThat(TraceParent.of(List.of("cc" + VALID.substring(2) + "-" + "x".repeat(500))))
                .isEmpty();
    }
}
