package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.model.Change;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.stream.lease.SourceStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/** Records that the API reference does not describe. */
class ChangeDecoderTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Map<String, AttributeValue> KEY = Map.of("id", AttributeValue.fromS("ada"));

    private final ChangeDecoder decoder = new ChangeDecoder(
            new SourceStream("s", "users", "arn:aws:dynamodb:us-east-1:000000000000:table/users/stream/label", "label"),
            () -> NOW);

    @Test
    void anUnknownEventKeepsItsPlaceInItsItemsOrder() throws Exception {
        Change.Undecoded change = undecoded(record("TRUNCATE", data -> {}));
        assertThat(change.stamp().owner()).isEqualTo(ItemKey.of("users", KEY));
        assertThat(change.stamp().version()).isEqualTo(Version.of("label", "7"));
        assertThat(change.stamp().createdAt()).isEqualTo(Instant.EPOCH);
        assertThat(change.reason())
                .isEqualTo("undecodable record: its event is TRUNCATE and not INSERT, MODIFY or REMOVE");
        JsonNode record = new ObjectMapper().readTree(change.record());
        assertThat(record.at("/eventName").asText()).isEqualTo("TRUNCATE");
        assertThat(record.at("/dynamodb/SequenceNumber").asText()).isEqualTo("7");
        assertThat(record.at("/dynamodb/Keys/id/S").asText()).isEqualTo("ada");
        assertThat(record.at("/dynamodb/NewImage/city/S").asText()).isEqualTo("Oakland");
    }

    @Test
    void aRecordWithoutTheImagesOfItsEventIsNotTakenForAnEmptyItem() {
        assertThat(undecoded(record("INSERT", data -> data.newImage(null))).reason())
                .endsWith("no new image");
        assertThat(undecoded(record("MODIFY", data -> data.newImage(null))).reason())
                .endsWith("no new image");
        assertThat(undecoded(record("MODIFY", data -> data.oldImage(null))).reason())
                .endsWith("no old image");
        assertThat(undecoded(record("REMOVE", data -> data.oldImage(null))).reason())
                .endsWith("no old image");
        assertThat(undecoded(record(null, data -> {})).reason()).contains("event is null");
        Change.Undecoded timeless = undecoded(record("INSERT", data -> data.approximateCreationDateTime(null)));
        assertThat(timeless.reason()).endsWith("no creation time");
        assertThat(timeless.stamp().createdAt()).isEqualTo(NOW);
    }

    @Test
    void aValueOfAnUnknownTypeMakesTheRecordUndecodable() {
        AttributeValue unknown = AttributeValue.builder().build();
        for (AttributeValue value : List.of(
                unknown, AttributeValue.fromL(List.of(unknown)), AttributeValue.fromM(Map.of("inside", unknown)))) {
            Map<String, AttributeValue> image = new HashMap<>(KEY);
            image.put("city", value);
            Change.Undecoded change = undecoded(record("MODIFY", data -> data.newImage(image)));
            assertThat(change.reason()).endsWith("an attribute has a type that this version does not know");
            assertThat(change.record()).contains("AttributeValue(");
        }
    }

    /** Later changes of its item cannot wait behind it, because the item is unknown. */
    @Test
    void aRecordWithoutAReadableKeyIsASeparateItem() {
        for (Map<String, AttributeValue> key : List.of(
                Map.<String, AttributeValue>of(),
                Map.of("id", AttributeValue.builder().build()),
                Map.of("id", AttributeValue.fromBool(true)))) {
            Change.Undecoded change = undecoded(record("MODIFY", data -> data.keys(key)));
            assertThat(change.stamp().owner()).isEqualTo(new ItemKey("users?7"));
            assertThat(change.reason()).contains("its key cannot be read, so later changes of its item do not wait");
        }
    }

    @Test
    void aRecordWithoutASequenceNumberIsNotRead() {
        for (String number : new String[] {null, "", "x", "1".repeat(41)}) {
            assertThatThrownBy(() -> dev.tributary.stream.read.StreamRecord.of(
                            record("MODIFY", data -> data.sequenceNumber(number)), "6"))
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("after position 6 has no sequence number");
        }
        assertThatThrownBy(() -> dev.tributary.stream.read.StreamRecord.of(
                        Record.builder().eventName("MODIFY").build(), "6"))
                .isInstanceOf(SdkClientException.class);
    }

    @Test
    void kclGetsEveryFieldOfAnUndecodableRecord() {
        Map<String, AttributeValue> image = new HashMap<>();
        image.put("gone", null);
        var record = dev.tributary.stream.read.StreamRecord.of(
                record("MODIFY", data -> data.approximateCreationDateTime(null).newImage(image)), "6");
        assertThat(record.sequenceNumber()).isEqualTo("7");
        assertThat(record.approximateArrivalTimestamp()).isNotNull();
        assertThat(undecoded(record.record()).record()).contains("\"gone\":\"null\"");
    }

    private Change.Undecoded undecoded(Record record) {
        return (Change.Undecoded) decoder.decode(record);
    }

    private static Record record(String event, Consumer<StreamRecord.Builder> change) {
        Map<String, AttributeValue> image =
                Map.of("id", AttributeValue.fromS("ada"), "city", AttributeValue.fromS("Oakland"));
        StreamRecord.Builder data = StreamRecord.builder()
                .sequenceNumber("7")
                .approximateCreationDateTime(Instant.EPOCH)
                .keys(KEY)
                .oldImage(KEY)
                .newImage(image);
        change.accept(data);
        return Record.builder().eventName(event).dynamodb(data.build()).build();
    }
}
