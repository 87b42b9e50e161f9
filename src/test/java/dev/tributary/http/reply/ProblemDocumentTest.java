package dev.tributary.http.reply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.document.FieldError;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProblemDocumentTest {

    @Test
    void textsAreShortenedWhateverTheyQuote() {
        String endless = "😀".repeat(100_000);
        ProblemDocument problem = new ProblemDocument(
                ProblemType.INVALID_ITEM,
                422,
                "found x" + endless,
                Collections.nCopies(1000, new FieldError("/" + endless, endless)),
                Map.of());
        assertThat(problem.errors()).hasSize(50);
        assertThat(problem.json()).hasSizeLessThan(120_000).contains("…").doesNotContain("?");
    }

    @Test
    void shortTextsAreQuotedInFull() {
        List<FieldError> errors = List.of(new FieldError("/a", "expected b"));
        assertThat(new ProblemDocument(ProblemType.INVALID_ITEM, 422, "x".repeat(1000), errors, Map.of()))
                .extracting(ProblemDocument::detail, ProblemDocument::errors)
                .containsExactly("x".repeat(1000), errors);
    }
}
