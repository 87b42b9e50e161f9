package dev.tributary.bench;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * 60 % inserts, 30 % modifications, of which a tenth move the target key, and 10 % removals. The n-th oldest user is
 * modified with a probability near 1/n (Zipf's law); removals are uniform.
 */
final class Workload {

    private static final int BATCH = 25;

    private final SplittableRandom random;
    private final List<User> live = new ArrayList<>();
    private int inserted;
    private int made;

    private record User(int number, int home) {}

    Workload(long seed) {
        random = new SplittableRandom(seed);
    }

    /**
     * Writes this number of further changes to the source, in order per user.
     *
     * @return number of users at the end
     */
    int write(int changes, DynamoDbAsyncClient client) {
        List<WriteRequest> batch = new ArrayList<>();
        Set<String> emails = new HashSet<>();
        for (int change = 0; change < changes; change++) {
            WriteRequest next = next(made++);
            String email = (next.putRequest() == null
                            ? next.deleteRequest().key()
                            : next.putRequest().item())
                    .get("email")
                    .s();
            // A batch may name a key once, and its writes have no order.
            if (batch.size() == BATCH || emails.contains(email)) {
                send(batch, client);
                batch.clear();
                emails.clear();
            }
            batch.add(next);
            emails.add(email);
        }
        send(batch, client);
        return live.size();
    }

    private static void send(List<WriteRequest> batch, DynamoDbAsyncClient client) {
        var response = client.batchWriteItem(request -> request.requestItems(Map.of(Users.SOURCE, List.copyOf(batch))))
                .join();
        if (response.hasUnprocessedItems() && !response.unprocessedItems().isEmpty()) {
            throw new IllegalStateException("DynamoDB Local returned unprocessed writes");
        }
    }

    private WriteRequest next(int change) {
        int kind = random.nextInt(10);
        if (kind < 6 || live.isEmpty()) {
            User user = new User(inserted++, 0);
            live.add(user);
            return put(user, change);
        }
        if (kind < 9) {
            int rank = (int) Math.exp(random.nextDouble() * Math.log(live.size() + 1)) - 1;
            User user = live.get(rank);
            if (random.nextInt(10) == 0) {
                user = new User(user.number(), user.home() + 1);
                live.set(rank, user);
            }
            return put(user, change);
        }
        int rank = random.nextInt(live.size());
        User user = live.get(rank);
        live.set(rank, live.get(live.size() - 1));
        live.remove(live.size() - 1);
        return WriteRequest.builder()
                .deleteRequest(delete -> delete.key(Map.of("email", AttributeValue.fromS(Users.email(user.number())))))
                .build();
    }

    private static WriteRequest put(User user, int change) {
        return WriteRequest.builder()
                .putRequest(put -> put.item(Users.item(user.number(), user.home(), change)))
                .build();
    }
}
