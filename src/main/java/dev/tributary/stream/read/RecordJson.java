package dev.tributary.stream.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tributary.dynamo.AttributeJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/** Writes a stream record that cannot be decoded as JSON, with the names of DynamoDB's API. */
final class RecordJson {

    private static final JsonFactory JSON = new JsonFactory();

    private RecordJson() {}

    static String of(Record record) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            StreamRecord data = record.dynamodb();
            json.writeStartObject();
            json.writeStringField("eventID", record.eventID());
            json.writeStringField("eventName", record.eventNameAsString());
            json.writeStringField("eventVersion", record.eventVersion());
            json.writeObjectFieldStart("dynamodb");
            json.writeStringField("ApproximateCreationDateTime", String.valueOf(data.approximateCreationDateTime()));
            json.writeStringField("SequenceNumber", data.sequenceNumber());
            json.writeStringField("StreamViewType", data.streamViewTypeAsString());
            attributes(json, "Keys", data.keys());
            attributes(json, "OldImage", data.oldImage());
            attributes(json, "NewImage", data.newImage());
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** An attribute of an unknown type, or with a part of one, is written as text. */
    private static void attributes(JsonGenerator json, String name, Map<String, AttributeValue> attributes)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            if (ChangeDecoder.isUnknown(attribute.getValue())) {
                json.writeStringField(attribute.getKey(), String.valueOf(attribute.getValue()));
            } else {
                json.writeFieldName(attribute.getKey());
                AttributeJson.write(json, attribute.getValue());
            }
        }
        json.writeEndObject();
    }
}
