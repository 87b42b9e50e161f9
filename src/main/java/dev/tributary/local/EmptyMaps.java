package dev.tributary.local;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/** Puts the empty maps back that DynamoDB Local leaves out of its stream records, type and all. */
final class EmptyMaps {

    private EmptyMaps() {}

    static GetRecordsResponse restore(GetRecordsResponse response) {
        return response.toBuilder()
                .records(response.records().stream().map(EmptyMaps::restore).toList())
                .build();
    }

    private static Record restore(Record record) {
        StreamRecord.Builder data = record.dynamodb().toBuilder();
        if (record.dynamodb().hasNewImage()) {
            data.newImage(restore(record.dynamodb().newImage()));
        }
        if (record.dynamodb().hasOldImage()) {
            data.oldImage(restore(record.dynamodb().oldImage()));
        }
        return record.toBuilder().dynamodb(data.build()).build();
    }

    private static Map<String, AttributeValue> restore(Map<String, AttributeValue> image) {
        return image.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, attribute -> restore(attribute.getValue())));
    }

    private static AttributeValue restore(AttributeValue value) {
        return switch (value.type()) {
            case UNKNOWN_TO_SDK_VERSION -> AttributeValue.fromM(Map.of());
            case M -> AttributeValue.fromM(restore(value.m()));
            case L -> AttributeValue.fromL(restore(value.l()));
            default -> value;
        };
    }

    private static List<AttributeValue> restore(List<AttributeValue> values) {
        return values.stream().map(EmptyMaps::restore).toList();
    }
}
