package dev.tributary.stream.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** Compares the estimate with the heap that records take. */
@Tag("slow")
class HeapEstimateTest {

    /** Creates all objects of a record each time, as decoding does. */
    private static StreamRecord record(String id, int attributes, int length) {
        Map<String, AttributeValue> image = new HashMap<>();
        image.put(fresh("id"), AttributeValue.fromS(fresh(id)));
        for (int i = 0; i < attributes; i++) {
            image.put(fresh("attribute" + i), AttributeValue.fromS("x".repeat(length)));
        }
        return record(image);
    }

    private static String fresh(String text) {
        return String.valueOf(text.toCharArray());
    }

    private static StreamRecord record(Map<String, AttributeValue> image) {
        return new StreamRecord(Record.builder()
                .eventName(OperationType.INSERT)
                .dynamodb(data -> data.sequenceNumber(fresh("100000000000000000001"))
                        .approximateCreationDateTime(Instant.EPOCH)
                        .keys(Map.of(fresh("id"), AttributeValue.fromS(fresh("a"))))
                        .newImage(image))
                .build());
    }

    @Test
    void isAtLeastTheHeapOfSmallAttributesAndNotManyTimesAsMuch() {
        isAboutWhatIsTaken(2_000, 50, 3);
    }

    @Test
    void isAtLeastTheHeapOfLargeAttributesAndNotManyTimesAsMuch() {
        isAboutWhatIsTaken(200, 3, 100_000);
    }

    /** By the median of some measurements: other tests of this JVM leave threads that allocate, and objects that go. */
    private static void isAboutWhatIsTaken(int count, int attributes, int length) {
        long taken = LongStream.generate(() -> heapTakenBy(count, attributes, length))
                .limit(7)
                .sorted()
                .skip(3)
                .findFirst()
                .orElseThrow();
        long heapBytes = records(count, attributes, length).stream()
                .mapToLong(StreamRecord::heapBytes)
                .sum();
        assertThat(heapBytes).isBetween(taken * 9 / 10, taken * 3);
    }

    private static long heapTakenBy(int count, int attributes, int length) {
        long before = used();
        List<StreamRecord> kept = records(count, attributes, length);
        try {
            return used() - before;
        } finally {
            Reference.reachabilityFence(kept);
        }
    }

    private static List<StreamRecord> records(int count, int attributes, int length) {
        return IntStream.range(0, count)
                .mapToObj(number -> record("user" + number, attributes, length))
                .toList();
    }

    /** The heap after a collection, within some hundred kilobytes. */
    private static long used() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void everyTypeCountsWithItsContents() {
        AttributeValue bytes = AttributeValue.fromB(SdkBytes.fromByteArray(new byte[1_000]));
        AttributeValue text = AttributeValue.fromS("x".repeat(1_000));
        List<AttributeValue> large = List.of(
                bytes,
                text,
                AttributeValue.fromN("1".repeat(1_000)),
                AttributeValue.fromL(List.of(text)),
                AttributeValue.fromM(Map.of("a", text)),
                AttributeValue.fromSs(List.of("x".repeat(1_000))),
                AttributeValue.fromNs(
                        IntStream.range(100, 600).mapToObj(Integer::toString).toList()),
                AttributeValue.fromBs(List.of(SdkBytes.fromByteArray(new byte[1_000]))));
        long none = record(Map.of()).heapBytes();
        assertThat(large)
                .allSatisfy(value -> assertThat(record(Map.of("a", value)).heapBytes() - none)
                        .isGreaterThan(2_000));
        assertThat(List.of(AttributeValue.fromBool(true), AttributeValue.fromNul(true)))
                .allSatisfy(value -> assertThat(record(Map.of("a", value)).heapBytes() - none)
                        .isBetween(100L, 300L));
    }

    @Test
    void bothImagesAreCounted() {
        Map<String, AttributeValue> image = Map.of("a", AttributeValue.fromS("x".repeat(1_000)));
        Record modified = record(image).record().toBuilder()
                .dynamodb(record(image).record().dynamodb().toBuilder()
                        .oldImage(image)
                        .build())
                .build();
        assertThat(new StreamRecord(modified).heapBytes())
                .isGreaterThan(record(image).heapBytes() + 2_000);
    }
}
