package dev.tributary.local;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/**
 * Converts stream records of DynamoDB Local to those of AWS. DynamoDB Local omits empty maps with their type, and gives a
 * removal by TTL an event name that the SDK does not know.
 */
final class LocalRecords {

    /** The identity with which AWS marks removals by TTL. */
    private static final Identity SERVICE = Identity.builder()
            .type("Service")
            .principalId("dynamodb.amazonaws.com")
            .build();

    private LocalRecords() {}

    /** Returns the response itself if nothing has to be restored: the SDK compares a changed one with it, in full. */
    static GetRecordsResponse restore(GetRecordsResponse response) {
        if (response.records().stream().allMatch(LocalRecords::isWhole)) {
            return response;
        }
        return response.toBuilder()
                .records(response.records().stream().map(LocalRecords::restore).toList())
                .build();
    }

    private static boolean isWhole(Record record) {
        return record.eventName() != OperationType.UNKNOWN_TO_SDK_VERSION
                && areWhole(record.dynamodb().newImage().values())
                && areWhole(record.dynamodb().oldImage().values());
    }

    private static boolean areWhole(Collection<AttributeValue> values) {
        for (AttributeValue value : values) {
            boolean whole =
                    switch (value.type()) {
                        case UNKNOWN_TO_SDK_VERSION -> false;
                        case M -> areWhole(value.m().values());
                        case L -> areWhole(value.l());
                        default -> true;
                    };
            if (!whole) {
                return false;
            }
        }
        return true;
    }

    private static Record restore(Record record) {
        StreamRecord.Builder data = record.dynamodb().toBuilder();
        if (record.dynamodb().hasNewImage()) {
            data.newImage(restore(record.dynamodb().newImage()));
        }
        if (record.dynamodb().hasOldImage()) {
            data.oldImage(restore(record.dynamodb().oldImage()));
        }
        Record.Builder restored = record.toBuilder().dynamodb(data.build());
        if (record.eventName() == OperationType.UNKNOWN_TO_SDK_VERSION
                && record.dynamodb().hasOldImage()
                && !record.dynamodb().hasNewImage()) {
            restored.eventName(OperationType.REMOVE).userIdentity(SERVICE);
        }
        return restored.build();
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
        return values.stream().map(LocalRecords::restore).toList();
    }
}
