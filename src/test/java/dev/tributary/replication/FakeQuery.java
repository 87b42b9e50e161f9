package dev.tributary.replication;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/** A query by partition key and optionally by prefix or range of the sort key, both strings. One page. */
final class FakeQuery {

    private final QueryRequest request;

    FakeQuery(QueryRequest request) {
        this.request = request;
    }

    List<Map<String, AttributeValue>> run(Collection<Map<String, AttributeValue>> rows) {
        if (!request.consistentRead()) {
            throw new IllegalArgumentException("Not understood here: a read that may be old");
        }
        String[] conditions = request.keyConditionExpression().split(" AND ", 2);
        String sort = conditions.length == 1 ? "" : conditions[1];
        Predicate<String> matches = Predicate.not(String::isEmpty);
        String sortName = "";
        if (sort.matches("begins_with\\(#\\w+, :\\w+\\)")) {
            String[] arguments = sort.replaceAll("begins_with\\(|\\)", "").split(", ", -1);
            sortName = name(arguments[0]);
            String start = value(arguments[1]);
            matches = value -> value.startsWith(start);
        } else if (sort.matches("#\\w+ BETWEEN :\\w+ AND :\\w+")) {
            String[] words = sort.split(" ", -1);
            sortName = name(words[0]);
            String first = value(words[2]);
            String last = value(words[4]);
            matches = value -> value.compareTo(first) >= 0 && value.compareTo(last) <= 0;
        } else if (!sort.isEmpty()) {
            throw new IllegalArgumentException("Not understood here: " + request.keyConditionExpression());
        }
        String[] partition = conditions[0].split(" = ", -1);
        String partitionName = name(partition[0]);
        String partitionValue = value(partition[1]);
        String sortAttribute = sortName.isEmpty() ? "position" : sortName;
        Predicate<String> inRange = matches;
        Comparator<Map<String, AttributeValue>> order =
                Comparator.comparing(row -> row.get(sortAttribute).s());
        Stream<Map<String, AttributeValue>> found = rows.stream()
                .filter(row -> row.get(partitionName).s().equals(partitionValue))
                .filter(row -> inRange.test(row.get(sortAttribute).s()))
                .sorted(Boolean.FALSE.equals(request.scanIndexForward()) ? order.reversed() : order);
        return found.limit(Optional.ofNullable(request.limit()).orElse(Integer.MAX_VALUE))
                .toList();
    }

    private String name(String placeholder) {
        return request.expressionAttributeNames().get(placeholder);
    }

    private String value(String placeholder) {
        return request.expressionAttributeValues().get(placeholder).s();
    }
}
