package dev.tributary.latewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.dynamo.TableControl;
import dev.tributary.dynamo.TableDefinition;
import dev.tributary.latewrite.LateWriteTable.Page;
import dev.tributary.latewrite.LateWriteTable.Removal;
import dev.tributary.latewrite.LateWriteTable.Worker;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class LateWriteTableTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final long AT = 1_795_000_000_000L;

    private final String name = "late-writes-" + UUID.randomUUID();
    private final LateWriteTable table = new LateWriteTable(dynamo.asyncClient(), name, Duration.ofSeconds(10));

    @BeforeEach
    void createTable() {
        TableControl control = new TableControl(dynamo.asyncClient(), name);
        assertThat(control.create(TableDefinition.of(LateWriteTable.KEY)).join())
                .isTrue();
        assertThat(control.enableTtl(LateWriteTable.TTL_ATTRIBUTE).join()).isEqualTo(LateWriteTable.TTL_ATTRIBUTE);
    }

    @Test
    void aShardIsUnfinishedUntilItsOwnerReleasesIt() {
        assertThat(table.takeShard("users", "shard", "a").join()).isFalse();
        assertThat(table.takeShard("users", "shard", "b").join()).isTrue();
        table.releaseShard("users", "shard", "a").join();
        assertThat(table.takeShard("users", "shard", "c").join()).isTrue();
        table.releaseShard("users", "shard", "c").join();
        assertThat(table.takeShard("users", "shard", "d").join()).isFalse();
    }

    @Test
    void sourcesAndShardsAreSeparate() {
        table.takeShard("users", "shard", "a").join();
        assertThat(table.takeShard("users", "shard-2", "a").join()).isFalse();
        assertThat(table.takeShard("users-2", "shard", "a").join()).isFalse();
    }

    @Test
    void anAnnouncementThatArrivesLateDoesNotReplaceANewerOne() {
        table.announce("users", new Worker("a", 2, AT + 2, AT, false)).join();
        table.announce("users", new Worker("a", 1, AT + 1, AT, false)).join();
        table.announce("users", new Worker("b", 1, AT, 0, false)).join();
        assertThat(table.workers("users").join())
                .containsExactlyInAnyOrder(new Worker("a", 2, AT + 2, AT, false), new Worker("b", 1, AT, 0, false));
    }

    @Test
    void anAnnouncementIsDeletedOnlyAsItWasRead() {
        table.announce("users", new Worker("a", 2, AT, AT, false)).join();
        table.forget("users", new Worker("a", 1, AT, AT, false)).join();
        assertThat(table.workers("users").join()).hasSize(1);
        table.forget("users", new Worker("a", 2, AT, AT, false)).join();
        assertThat(table.workers("users").join()).isEmpty();
    }

    @Test
    void removalsAreReadByTimeAndPage() {
        String scope = LateWriteTable.scope("users", "by_city", "a");
        for (int i = 0; i < 25; i++) {
            table.record(scope, removal(AT + i / 5, i)).join();
        }
        table.record(LateWriteTable.scope("users", "by_city", "b"), removal(AT, 99))
                .join();
        Page first = table.removals(scope, AT + 1, AT + 4, Optional.empty(), 10).join();
        assertThat(first.removals()).hasSize(10).allMatch(removal -> removal.at() > AT);
        Page second = table.removals(scope, AT + 1, AT + 4, first.next(), 10).join();
        assertThat(second.removals()).hasSize(5).allMatch(removal -> removal.at() < AT + 4);
        assertThat(second.next()).isEmpty();
    }

    @Test
    void aRemovalIsReadAsItWasRecordedAndDeleted() {
        String scope = LateWriteTable.scope("users", "by_city", "a");
        Removal removal = removal(AT, 7);
        table.record(scope, removal).join();
        assertThat(table.removals(scope, 0, AT + 1, Optional.empty(), 10).join().removals())
                .containsExactly(removal);
        table.erase(scope, removal).join();
        assertThat(table.removals(scope, 0, AT + 1, Optional.empty(), 10).join().removals())
                .isEmpty();
    }

    private static Removal removal(long at, long number) {
        return new Removal(
                at,
                number,
                new Item(Map.of(
                        "city",
                        AttributeValue.fromS("Oakland"),
                        "id",
                        AttributeValue.fromB(SdkBytes.fromUtf8String("x")))),
                new VersionStamp(
                        new ItemKey("users/ada"),
                        Version.of("2026-11-21T00:00:00.000", "100000000000000000001"),
                        Instant.ofEpochMilli(AT)));
    }
}
