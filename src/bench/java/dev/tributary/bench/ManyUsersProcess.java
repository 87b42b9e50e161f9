package dev.tributary.bench;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import dev.tributary.dynamo.AttributeJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A stand-in for the tables of {@link VerifiedUsers} with any number of items: it computes what scans and reads by key
 * return, and stores nothing. So a measurement shows what the reader needs, where DynamoDB Local takes seconds for a page.
 *
 * <p>Says {@code endpoint <uri>}. Ends when standard input does.
 */
final class ManyUsersProcess {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final int users;

    private ManyUsersProcess(int users) {
        this.users = users;
    }

    /** Argument: number of items, and of rows. */
    public static void main(String[] args) throws IOException {
        StandIn.serve(new ManyUsersProcess(Integer.parseInt(args[0]))::handle);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            try (JsonGenerator json = JSON.createGenerator(reply)) {
                String operation = exchange.getRequestHeaders().getFirst("X-Amz-Target");
                json.writeStartObject();
                switch (operation.substring(operation.indexOf('.') + 1)) {
                    case "Scan" -> scan(request, json);
                    case "BatchGetItem" -> read(request.get("RequestItems"), json);
                    default -> throw new IOException(operation + " is not one of the calls of a verification");
                }
                json.writeEndObject();
            }
            StandIn.reply(exchange, reply.toByteArray());
        }
    }

    /** A segment is a range of numbers. */
    private void scan(JsonNode request, JsonGenerator json) throws IOException {
        long segment = request.get("Segment").asLong();
        long segments = request.get("TotalSegments").asLong();
        JsonNode after = request.get("ExclusiveStartKey");
        int start = after == null ? (int) (users * segment / segments) : VerifiedUsers.number(key(after)) + 1;
        int end = (int) (users * (segment + 1) / segments);
        int last = (int) Math.min(end, start + request.get("Limit").asLong());
        String table = request.get("TableName").asText();
        json.writeNumberField("Count", last - start);
        json.writeNumberField("ScannedCount", last - start);
        write("Items", table, IntStream.range(start, last), json);
        if (last < end) {
            Map<String, AttributeValue> item = VerifiedUsers.item(last - 1);
            AttributeJson.writeField(
                    json,
                    "LastEvaluatedKey",
                    table.equals(VerifiedUsers.SOURCE)
                            ? Map.of("email", item.get("email"))
                            : Map.of("email", item.get("email"), "city", item.get("city")));
        }
    }

    private void read(JsonNode tables, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("Responses");
        for (String table : List.of(VerifiedUsers.SOURCE, VerifiedUsers.TARGET)) {
            IntStream.Builder numbers = IntStream.builder();
            tables.path(table).path("Keys").forEach(key -> numbers.add(VerifiedUsers.number(key(key))));
            write(table, table, numbers.build(), json);
        }
        json.writeEndObject();
        json.writeObjectFieldStart("UnprocessedKeys");
        json.writeEndObject();
    }

    private static void write(String field, String table, IntStream numbers, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(field);
        for (int number : numbers.toArray()) {
            AttributeJson.write(
                    json, table.equals(VerifiedUsers.SOURCE) ? VerifiedUsers.item(number) : VerifiedUsers.row(number));
        }
        json.writeEndArray();
    }

    private static Map<String, AttributeValue> key(JsonNode key) {
        return Map.of("email", AttributeValue.fromS(key.get("email").get("S").asText()));
    }
}
