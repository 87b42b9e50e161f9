package dev.tributary.streams;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The endpoint's answers in the API's JSON. */
final class Answers {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final double MILLIS = 1_000;

    private Answers() {}

    static ObjectNode streams(List<SimulatedStream> streams) {
        ObjectNode answer = JSON.objectNode();
        ArrayNode list = answer.putArray("Streams");
        for (SimulatedStream stream : streams) {
            list.addObject()
                    .put("StreamArn", stream.arn())
                    .put("TableName", stream.table())
                    .put("StreamLabel", stream.label());
        }
        return answer;
    }

    /**
     * @param shards of the page
     * @param more whether another page follows
     */
    static ObjectNode description(SimulatedStream stream, List<SimulatedShard> shards, boolean more) {
        ObjectNode answer = JSON.objectNode();
        ObjectNode description = answer.putObject("StreamDescription")
                .put("StreamArn", stream.arn())
                .put("StreamLabel", stream.label())
                .put("StreamStatus", stream.status())
                .put("StreamViewType", "NEW_AND_OLD_IMAGES")
                .put("CreationRequestDateTime", seconds(stream.created()))
                .put("TableName", stream.table());
        ArrayNode list = description.putArray("Shards");
        shards.forEach(shard -> list.add(shard(shard)));
        if (more) {
            description.put(
                    "LastEvaluatedShardId", shards.get(shards.size() - 1).id());
        }
        return answer;
    }

    private static ObjectNode shard(SimulatedShard shard) {
        ObjectNode json = JSON.objectNode().put("ShardId", shard.id());
        SimulatedShard parent = shard.parent();
        if (parent != null) {
            json.put("ParentShardId", parent.id());
        }
        ObjectNode range = json.putObject("SequenceNumberRange")
                .put("StartingSequenceNumber", shard.start().toString());
        if (shard.end() != null) {
            range.put("EndingSequenceNumber", shard.end().toString());
        }
        return json;
    }

    static ObjectNode iterator(ShardIterator iterator) {
        return JSON.objectNode().put("ShardIterator", iterator.text());
    }

    /**
     * @param next null at the end of a shard
     */
    static ObjectNode records(List<StreamedRecord> records, @Nullable ShardIterator next) {
        ObjectNode answer = JSON.objectNode();
        ArrayNode list = answer.putArray("Records");
        records.forEach(record -> list.add(record(record)));
        if (next != null) {
            answer.put("NextShardIterator", next.text());
        }
        return answer;
    }

    private static ObjectNode record(StreamedRecord record) {
        ObjectNode json = JSON.objectNode()
                .put("eventID", record.sequenceNumber())
                .put("eventName", record.event().toString())
                .put("eventVersion", "1.1")
                .put("eventSource", "aws:dynamodb")
                .put("awsRegion", "us-east-1");
        ObjectNode data = json.putObject("dynamodb")
                .put("ApproximateCreationDateTime", record.created().getEpochSecond())
                .put("SequenceNumber", record.sequenceNumber())
                .put("SizeBytes", record.size())
                .put("StreamViewType", "NEW_AND_OLD_IMAGES");
        data.set("Keys", map(record.keys()));
        if (record.oldImage() != null) {
            data.set("OldImage", map(record.oldImage()));
        }
        if (record.newImage() != null) {
            data.set("NewImage", map(record.newImage()));
        }
        return json;
    }

    static ObjectNode error(Fault fault) {
        return JSON.objectNode()
                .put("__type", "com.amazonaws.dynamodb.v20120810#" + fault.type())
                .put("message", fault.message());
    }

    private static ObjectNode map(Map<String, AttributeValue> attributes) {
        ObjectNode json = JSON.objectNode();
        attributes.forEach((name, value) -> json.set(name, value(value)));
        return json;
    }

    private static ObjectNode value(AttributeValue value) {
        ObjectNode json = JSON.objectNode();
        return switch (value.type()) {
            case S -> json.put("S", value.s());
            case N -> json.put("N", value.n());
            case B -> json.put("B", value.b().asByteArrayUnsafe());
            case BOOL -> json.put("BOOL", value.bool());
            case NUL -> json.put("NULL", value.nul());
            case SS -> texts(json, "SS", value.ss().iterator());
            case NS -> texts(json, "NS", value.ns().iterator());
            case BS -> {
                ArrayNode set = json.putArray("BS");
                value.bs().forEach(bytes -> set.add(bytes.asByteArrayUnsafe()));
                yield json;
            }
            case L -> {
                ArrayNode list = json.putArray("L");
                value.l().forEach(element -> list.add(value(element)));
                yield json;
            }
            case M -> json.set("M", map(value.m()));
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalArgumentException("No attribute value: " + value);
        };
    }

    private static ObjectNode texts(ObjectNode json, String type, Iterator<String> elements) {
        ArrayNode set = json.putArray(type);
        elements.forEachRemaining(set::add);
        return json;
    }

    private static double seconds(Instant instant) {
        return instant.toEpochMilli() / MILLIS;
    }
}
