package dev.tributary.http;

import dev.tributary.items.GivenWrites;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Map;
import java.util.Optional;

/** A resource of each kind. */
final class ManyResources {

    static final KeySchema EMAIL = new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty());
    static final KeySchema GAME_AND_NO = new KeySchema(
            new KeyAttribute("game", AttributeType.S), Optional.of(new KeyAttribute("no", AttributeType.N)));
    static final KeySchema HASH = new KeySchema(new KeyAttribute("hash", AttributeType.B), Optional.empty());
    static final KeySchema ID = new KeySchema(new KeyAttribute("id", AttributeType.S), Optional.empty());

    /** One declared attribute of each type, named after it. */
    static final Map<String, AttributeType> TYPES = Map.of(
            "n", AttributeType.N,
            "b", AttributeType.B,
            "bool", AttributeType.BOOL,
            "m", AttributeType.M,
            "l", AttributeType.L,
            "ss", AttributeType.SS,
            "ns", AttributeType.NS,
            "bs", AttributeType.BS);

    private ManyResources() {}

    static ItemApi on(LocalDynamoDb dynamo, int maxBodyBytes) {
        return new ItemApi(dynamo.asyncClient(), maxBodyBytes)
                .resource("users", GivenWrites.ofUsers(dynamo.createTable("users", "email:S")), EMAIL)
                .resource("scores", plain("/scores", dynamo.createTable("scores", "game:S, no:N")), GAME_AND_NO)
                .resource("files", plain("/files", dynamo.createTable("files", "hash:B")), HASH)
                .resource("typed", new GivenWrites("/typed", dynamo.createTable("typed", "id:S"), TYPES, Map.of()), ID)
                .resource(
                        "locked",
                        plain("/locked", dynamo.createTable("locked", "email:S"))
                                .versioned("v", PreconditionPolicy.OPTIONAL),
                        EMAIL)
                .resource(
                        "guarded",
                        plain("/guarded", dynamo.createTable("guarded", "email:S"))
                                .versioned("v", PreconditionPolicy.REQUIRED),
                        EMAIL)
                .resource(
                        "profiles",
                        plain("/profiles", dynamo.createTable("profiles", "id:S"))
                                .requiring("name")
                                .allowing("name", "age"),
                        ID);
    }

    private static GivenWrites plain(String path, String table) {
        return new GivenWrites(path, table, Map.of(), Map.of());
    }
}
