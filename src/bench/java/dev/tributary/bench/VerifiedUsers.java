package dev.tributary.bench;

import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.KeySchema;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Items of a table and the rows of a target that is right, by number. */
final class VerifiedUsers {

    static final KeySchema SOURCE_KEY = KeySchema.parse("email:S");
    static final KeySchema TARGET_KEY = KeySchema.parse("city:S, email:S");
    static final String SOURCE = "verify_users";
    static final String TARGET = "verify_by_city";

    private VerifiedUsers() {}

    static Map<String, AttributeValue> item(int number) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("email", AttributeValue.fromS("user" + number + "@example.com"));
        item.put("city", AttributeValue.fromS("city" + number % 1_000));
        item.put("name", AttributeValue.fromS("x".repeat(100)));
        item.put("visits", AttributeValue.fromN(Integer.toString(number)));
        return item;
    }

    static Map<String, AttributeValue> row(int number) {
        Map<String, AttributeValue> row = item(number);
        ItemKey owner = ItemKey.of("users", SOURCE_KEY.keyOf(new Item(row)).attributes());
        row.put(
                VersionStamp.ATTRIBUTE,
                AttributeValue.fromM(Map.of(
                        "o", AttributeValue.fromS(owner.encoded()),
                        "v", AttributeValue.fromS(Version.of("2026", "1").encoded()),
                        "t", AttributeValue.fromN("0"))));
        return row;
    }

    /** The number of the item or row with this key. */
    static int number(Map<String, AttributeValue> key) {
        String email = key.get("email").s();
        return Integer.parseInt(email, "user".length(), email.indexOf('@'), 10);
    }
}
