package dev.tributary;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Inserts, changes, moves and removes users until it is stopped. Some users change more often than others; users share
 * cities, and nicknames are added and removed.
 */
final class UserWorkload {

    /** Between two writes, unless a test needs fewer. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final int USERS = 60;
    private static final int CITIES = 12;

    private final DynamoDbClient client;
    private final String table;
    private final Random random;
    private final Map<String, Map<String, AttributeValue>> present = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> writing;
    private long n;

    UserWorkload(DynamoDbClient client, String table, long seed) {
        this(client, table, seed, PAUSE);
    }

    UserWorkload(DynamoDbClient client, String table, long seed, Duration pause) {
        this.client = client;
        this.table = table;
        this.random = new Random(seed);
        writing = thread.scheduleWithFixedDelay(this::write, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void write() {
        // A third of the changes is to one user, so that changes of an item wait for each other.
        String email = "user" + (random.nextInt(3) == 0 ? 0 : random.nextInt(USERS)) + "@example.com";
        Map<String, AttributeValue> user = present.get(email);
        if (user != null && random.nextInt(5) == 0) {
            client.deleteItem(request -> request.tableName(table).key(Map.of("email", AttributeValue.fromS(email))));
            present.remove(email);
            return;
        }
        Map<String, AttributeValue> next = next(email, user == null ? Map.of() : user);
        client.putItem(request -> request.tableName(table).item(next));
        present.put(email, next);
    }

    private Map<String, AttributeValue> next(String email, Map<String, AttributeValue> user) {
        Map<String, AttributeValue> next = new HashMap<>(user);
        next.put("email", AttributeValue.fromS(email));
        next.put("n", AttributeValue.fromN(Long.toString(++n)));
        next.put("payload", AttributeValue.fromS("x".repeat(random.nextInt(2_000))));
        if (!user.containsKey("city") || random.nextInt(3) == 0) {
            next.put("city", AttributeValue.fromS("city" + random.nextInt(CITIES)));
        }
        switch (random.nextInt(4)) {
            case 0 -> next.remove("nick");
            case 1 -> next.put("nick", AttributeValue.fromS(email + random.nextInt(2)));
            default -> {
                // Unchanged.
            }
        }
        return next;
    }

    /** Stops after the current write; fails if any write failed. */
    void stop() throws Exception {
        writing.cancel(false);
        thread.shutdown();
        if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new AssertionError("a write does not end");
        }
        if (!writing.isCancelled()) {
            writing.get();
        }
    }
}
