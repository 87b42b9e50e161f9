package dev.tributary.bench;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Decoded changes in memory, with the mix of {@link Workload}; one change in eight is to a hot item. */
final class Changes {

    private Changes() {}

    /**
     * Changes for a loop over all of them.
     *
     * @param count a power of two
     */
    static Change[] random(int count) {
        SplittableRandom random = new SplittableRandom(1);
        Change[] changes = new Change[count];
        for (int i = 0; i < count; i++) {
            int number = random.nextInt(8) == 0 ? 0 : i;
            VersionStamp stamp = new VersionStamp(
                    ItemKey.of(Users.SOURCE, Map.of("email", AttributeValue.fromS(Users.email(number)))),
                    Version.of("2026-11-21T00:00:00.000", "300000000000" + (1_000_000_000 + i)),
                    Instant.ofEpochSecond(1_800_000_000 + i));
            Item before = new Item(Users.item(number, 0, i));
            Item after = new Item(Users.item(number, random.nextInt(10) == 0 ? 1 : 0, i + 1));
            int kind = random.nextInt(10);
            if (kind < 6) {
                changes[i] = new Change.Insert(stamp, after);
            } else {
                changes[i] = kind < 9 ? new Change.Modify(stamp, before, after) : new Change.Remove(stamp, before);
            }
        }
        return changes;
    }
}
