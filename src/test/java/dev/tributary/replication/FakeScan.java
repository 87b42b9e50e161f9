package dev.tributary.replication;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/** A page of a scan: the rows whose keys have a hash in the segment, in the order of their keys. */
record FakeScan(ScanRequest request) {

    ScanResponse run(Map<Map<String, AttributeValue>, Map<String, AttributeValue>> rows) {
        Comparator<Map<String, AttributeValue>> order = Comparator.comparing(FakeScan::text);
        List<Map<String, AttributeValue>> keys = rows.keySet().stream()
                .filter(this::inSegment)
                .filter(key -> !request.hasExclusiveStartKey() || order.compare(key, request.exclusiveStartKey()) > 0)
                .sorted(order)
                .toList();
        List<Map<String, AttributeValue>> page =
                request.limit() == null ? keys : keys.subList(0, Math.min(keys.size(), request.limit()));
        ScanResponse.Builder response = ScanResponse.builder()
                .items(page.stream().map(rows::get).filter(this::passes).toList());
        if (page.size() < keys.size()) {
            response.lastEvaluatedKey(page.get(page.size() - 1));
        }
        return response.build();
    }

    private boolean inSegment(Map<String, AttributeValue> key) {
        return request.totalSegments() == null
                || Math.floorMod(text(key).hashCode(), request.totalSegments()) == request.segment();
    }

    private boolean passes(Map<String, AttributeValue> row) {
        if (request.filterExpression() == null) {
            return true;
        }
        if (!request.filterExpression().equals("begins_with(#entry, :entry)")) {
            throw new IllegalArgumentException("Not understood here: " + request.filterExpression());
        }
        return row.get(request.expressionAttributeNames().get("#entry"))
                .s()
                .startsWith(request.expressionAttributeValues().get(":entry").s());
    }

    private static String text(Map<String, AttributeValue> key) {
        List<String> parts = new ArrayList<>();
        Set<String> names = new java.util.TreeSet<>(key.keySet());
        names.forEach(name -> parts.add(name + "=" + key.get(name).s()));
        return String.join(",", parts);
    }
}
