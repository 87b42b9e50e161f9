package dev.tributary.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class RepeatableValuesTest {

    private static final Instant BEGUN = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void sameDocumentOfTheSameRequestHasTheSameIdsAndAnyOtherHasOthers() {
        UUID id = new RepeatableValues("secret", BEGUN, "document").uuid("id");
        assertThat(new RepeatableValues("secret", BEGUN, "document").uuid("id")).isEqualTo(id);
        assertThat(List.of(
                        new RepeatableValues("secret", BEGUN, "document").uuid("token"),
                        new RepeatableValues("secret", BEGUN, "next").uuid("id"),
                        new RepeatableValues("another", BEGUN, "document").uuid("id")))
                .doesNotHaveDuplicates()
                .doesNotContain(id);
    }

    @Test
    void idsLookLikeRandomOnes() {
        assertThat(new RepeatableValues("secret", BEGUN, "document").uuid("id"))
                .returns(4, UUID::version)
                .returns(2, UUID::variant);
    }

    @Test
    void timesAreThoseOfTheRequestAndRefreshedValuesAreNot() {
        Instant now = BEGUN.plusSeconds(3600);
        ServerValues made = new ServerValues(
                Map.of("created", new GeneratedValue(GeneratedValue.Kind.NOW_ISO, Duration.ZERO)),
                Map.of("updated", new GeneratedValue(GeneratedValue.Kind.NOW_ISO, Duration.ZERO)),
                Clock.fixed(now, ZoneOffset.UTC));
        Map<String, AttributeValue> item = new HashMap<>();
        made.generate(item, new RepeatableValues("secret", BEGUN, "document"));
        made.refresh(item);
        assertThat(item.get("created").s()).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(item.get("updated").s()).isEqualTo("2026-01-02T04:04:05.678Z");
    }
}
