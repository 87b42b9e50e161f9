package dev.tributary.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.document.GeneratedValue;
import dev.tributary.idempotency.GivenTime;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.IdempotencyPolicy;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.local.LocalDynamoDb;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;

/** A server for bulk requests with an idempotency key, with DynamoDB Local, of which calls fail as a test says. */
final class KeyedBulkApi implements AutoCloseable {

    final GivenTime time = new GivenTime();

    /** Documents with one of these numbers are throttled. */
    final Set<String> throttled = ConcurrentHashMap.newKeySet();

    /** Documents with one of these numbers are written, and the reply of the table is lost. */
    final Set<String> unheard = ConcurrentHashMap.newKeySet();

    /** Updates of records that fail from now on. */
    final AtomicInteger unrecorded = new AtomicInteger();

    final IdempotencyTable records;
    private final LocalDynamoDb dynamo;
    private final String items;
    private final ItemApi api;

    KeyedBulkApi(LocalDynamoDb dynamo) {
        this.dynamo = dynamo;
        items = dynamo.createTable("items", "id:S");
        records =
                new IdempotencyTable(throttled(dynamo.asyncClient()), dynamo.createTable("idempotency", "id:S"), time);
        GivenWrites plain = new GivenWrites("/plain", items, Map.of(), Map.of());
        api = new ItemApi(throttled(dynamo.asyncClient()), 100_000)
                .recording(records)
                .resource(
                        "items",
                        new GivenWrites("/items", items, Map.of(), Map.of())
                                .making(
                                        Map.of("id", new GeneratedValue(GeneratedValue.Kind.UUID, Duration.ZERO)),
                                        Map.of()),
                        ManyResources.ID)
                .resource("off", plain.keyed(IdempotencyPolicy.OFF, Optional.empty()), ManyResources.ID)
                .resource(
                        "own",
                        new GivenWrites("/own", items, Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.OPTIONAL, Optional.of("id")),
                        ManyResources.ID)
                .resource(
                        "strict",
                        new GivenWrites("/strict", items, Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.REQUIRED, Optional.empty()),
                        ManyResources.ID)
                .resource(
                        "guarded",
                        new GivenWrites("/guarded", items, Map.of(), Map.of())
                                .versioned("version", PreconditionPolicy.REQUIRED),
                        ManyResources.ID)
                .start();
    }

    /** @param key empty for none */
    HttpResponse<String> post(String path, String body, String key) throws Exception {
        List<String> headers = new ArrayList<>(List.of("Content-Type", "application/x-ndjson"));
        if (!key.isEmpty()) {
            headers.addAll(List.of("Idempotency-Key", key));
        }
        return api.send("POST", path, body, headers.toArray(String[]::new));
    }

    /**
     * Begins a request.
     *
     * @param sent number of characters that are sent
     */
    Socket begin(String body, int sent) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        String head = "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
                + "Idempotency-Key: k\r\nContent-Length: " + body.length() + "\r\n\r\n";
        socket.getOutputStream().write((head + body.substring(0, sent)).getBytes(UTF_8));
        return socket;
    }

    String read(String id) throws Exception {
        return api.send("GET", "/items/" + id + "?consistent=true", "").body();
    }

    private DynamoDbAsyncClient throttled(DynamoDbAsyncClient client) {
        return (DynamoDbAsyncClient) Proxy.newProxyInstance(
                DynamoDbAsyncClient.class.getClassLoader(),
                new Class<?>[] {DynamoDbAsyncClient.class},
                (proxy, method, arguments) -> {
                    boolean unrecordable = method.getName().equals("updateItem")
                            && unrecorded.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
                    if (unrecordable || (arguments != null && has(arguments[0], throttled))) {
                        return CompletableFuture.failedFuture(ProvisionedThroughputExceededException.builder()
                                .statusCode(400)
                                .awsErrorDetails(AwsErrorDetails.builder()
                                        .errorCode("ProvisionedThroughputExceededException")
                                        .build())
                                .build());
                    }
                    try {
                        Object reply = method.invoke(client, arguments);
                        return arguments != null && has(arguments[0], unheard)
                                ? ((CompletableFuture<?>) reply).thenApply(lost -> {
                                    throw ApiCallTimeoutException.create(5_000);
                                })
                                : reply;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static boolean has(Object request, Set<String> numbers) {
        Stream<Map<String, AttributeValue>> written = Stream.empty();
        if (request instanceof PutItemRequest put) {
            written = Stream.of(put.item());
        } else if (request instanceof BatchWriteItemRequest batch) {
            written = batch.requestItems().values().stream()
                    .flatMap(List::stream)
                    .map(put -> put.putRequest().item());
        }
        return written.map(item -> item.get("n")).anyMatch(n -> n != null && numbers.contains(n.n()));
    }

    int rows() {
        return items().size();
    }

    List<Map<String, AttributeValue>> items() {
        return dynamo.asyncClient()
                .scan(request -> request.tableName(items).consistentRead(true))
                .join()
                .items();
    }

    /** Sends a request with a body of JSON. */
    HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return api.send(method, path, body, headers);
    }

    /** What health says of the resources. */
    String health() {
        return api.health().snapshot().components().toString();
    }

    @Override
    public void close() {
        api.close();
    }
}
