package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.http.access.NewToken;
import dev.tributary.idempotency.GivenTime;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.IdempotencyPolicy;
import dev.tributary.local.LocalDynamoDb;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** An idempotency key belongs to one caller and one resource: from others, the same key is another key. */
class KeyScopeTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final String ITEM = "{\"email\":\"a\"}";

    @TempDir
    private Path directory;

    private final NewToken till = NewToken.make("till", List.of("*"));
    private final NewToken nextOfTill = NewToken.make("till", List.of("*"));
    private final NewToken shop = NewToken.make("shop", List.of("*"));
    private ItemApi api;

    @BeforeEach
    void start() throws Exception {
        Path tokens = Files.writeString(
                directory.resolve("tokens"), String.join("\n", till.line(), nextOfTill.line(), shop.line()));
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        api = new ItemApi(dynamo.asyncClient(), 1_000_000)
                .authenticating(tokens)
                .recording(new IdempotencyTable(
                        dynamo.asyncClient(), dynamo.createTable("idempotency", "id:S"), new GivenTime()))
                .resource("users", GivenWrites.ofUsers(dynamo.createTable("users", "email:S")), ManyResources.EMAIL)
                .resource(
                        "orders",
                        new GivenWrites("/orders", dynamo.createTable("orders", "email:S"), Map.of(), Map.of())
                                .keyed(IdempotencyPolicy.REQUIRED, Optional.empty()),
                        ManyResources.EMAIL)
                .start();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void callersDoNotGetRepliesOfOthers() throws Exception {
        assertThat(replayed(post("/", till))).isFalse();
        assertThat(replayed(post("/", shop))).isFalse();
        assertThat(replayed(post("/", till))).isTrue();
        assertThat(replayed(post("/", shop))).isTrue();
    }

    @Test
    void newTokenWithTheSameNameIsTheSameCaller() throws Exception {
        assertThat(replayed(post("/", till))).isFalse();
        assertThat(replayed(post("/", nextOfTill))).isTrue();
    }

    @Test
    void resourcesDoNotShareKeys() throws Exception {
        assertThat(replayed(post("/", till))).isFalse();
        assertThat(replayed(post("/orders", till))).isFalse();
        assertThat(replayed(post("/orders", till))).isTrue();
    }

    private HttpResponse<String> post(String path, NewToken token) throws Exception {
        return api.send("POST", path, ITEM, "Idempotency-Key", "one", "Authorization", "Bearer " + token.token());
    }

    private static boolean replayed(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return ItemApi.header(response, "Idempotency-Replayed").equals("true");
    }
}
