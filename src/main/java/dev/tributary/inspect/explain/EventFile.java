package dev.tributary.inspect.explain;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.dynamo.AttributeJson;
import dev.tributary.model.Version;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/**
 * Stream records in the form of events of AWS Lambda: an object with {@code Records}, or one of these records.
 *
 * <p>The form is that of "Using AWS Lambda with Amazon DynamoDB" in the Lambda developer guide.
 */
public final class EventFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The longest sequence number has 40 digits; 0 stands for none, which hand-written events lack. */
    private static final String NO_NUMBER = "0";

    private EventFile() {}

    /**
     * A stream record.
     *
     * @param table of its {@code eventSourceARN}; empty without
     */
    public record EventRecord(String table, Record record) {}

    /**
     * Reads the records of an event.
     *
     * @throws IllegalArgumentException if the text is no such event; the message names the record
     */
    public static List<EventRecord> parse(String text) {
        JsonNode event;
        try {
            event = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the event is not JSON: " + e.getOriginalMessage(), e);
        }
        JsonNode records = event.path("Records");
        if (event.has("dynamodb")) {
            return List.of(record(event, 1));
        }
        if (!records.isArray() || records.isEmpty()) {
            throw new IllegalArgumentException("the event has no Records, as those of a DynamoDB stream have");
        }
        List<EventRecord> read = new ArrayList<>();
        for (JsonNode record : records) {
            read.add(record(record, read.size() + 1));
        }
        return read;
    }

    private static EventRecord record(JsonNode json, int number) {
        JsonNode data = json.path("dynamodb");
        if (!data.isObject()) {
            throw new IllegalArgumentException("record " + number + " has no dynamodb: it is not of a DynamoDB stream");
        }
        StreamRecord.Builder record = StreamRecord.builder()
                .keys(attributes(data, "Keys", number))
                .newImage(attributes(data, "NewImage", number))
                .oldImage(attributes(data, "OldImage", number))
                .sequenceNumber(sequenceNumber(data, number))
                .approximateCreationDateTime(createdAt(data.path("ApproximateCreationDateTime")));
        return new EventRecord(
                table(json.path("eventSourceARN").asText("")),
                Record.builder()
                        .eventName(json.path("eventName").asText(""))
                        .dynamodb(record.build())
                        .build());
    }

    private static String sequenceNumber(JsonNode data, int number) {
        String given = data.path("SequenceNumber").asText(NO_NUMBER);
        try {
            Version.of("", given);
            return given;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("record %d: SequenceNumber: %s".formatted(number, e.getMessage()), e);
        }
    }

    /** The daemon parks a record without a creation time; here the time does not matter. */
    private static Instant createdAt(JsonNode time) {
        return time.isNumber()
                ? Instant.ofEpochMilli(
                        time.decimalValue().multiply(BigDecimal.valueOf(1000)).longValue())
                : Instant.EPOCH;
    }

    private static @Nullable Map<String, AttributeValue> attributes(JsonNode data, String image, int number) {
        JsonNode json = data.path(image);
        if (json.isMissingNode() || json.isNull()) {
            return null;
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException("record " + number + ": " + image + " is no object");
        }
        try (JsonParser parser = json.traverse()) {
            parser.nextToken();
            return AttributeJson.readAttributes(parser);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "record %d: %s is not DynamoDB's typed JSON, such as {\"email\":{\"S\":\"ada\"}}: %s"
                            .formatted(number, image, e.getMessage()),
                    e);
        }
    }

    /** {@code arn:aws:dynamodb:<region>:<account>:table/<table>/stream/<label>}. */
    private static String table(String arn) {
        String[] parts = arn.split("/", -1);
        return parts.length > 1 ? parts[1] : "";
    }
}
