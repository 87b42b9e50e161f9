package dev.tributary.items.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.items.query.SortCondition.Operator;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.VersionStamp;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Pages of a query while others write, with DynamoDB Local. */
class PaginationTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final int NUMBERS = 60;
    private static final int WALKS = 12;

    private enum Row {
        STAYS,
        COMES_AND_GOES,
        TOMBSTONE,
        EXPIRED
    }

    private static final List<Row> KINDS = List.of(Row.values());

    /** A partition whose rows a test chose, and the walks over it. */
    private static final class Walker {
        private final Random random;
        private final String table;
        private final ResourceReads reads;
        private final Map<Integer, Row> rows = new HashMap<>();

        Walker(long seed) {
            random = new Random(seed);
            table = dynamo.createTable("walked", "p:S, s:N");
            reads = GivenReads.of("walked", table, dynamo.asyncClient(), Clock.fixed(NOW, ZoneOffset.UTC));
            for (int number = -NUMBERS / 2; number < NUMBERS / 2; number++) {
                Row row = KINDS.get(random.nextInt(KINDS.size()));
                rows.put(number, row);
                put(number, row);
            }
        }

        void put(int number, Row row) {
            Map<String, AttributeValue> item = new HashMap<>(key(number));
            item.put(VersionStamp.ATTRIBUTE, AttributeValue.fromM(Map.of("o", AttributeValue.fromS("owner"))));
            item.put("big", AttributeValue.fromS("x".repeat(random.nextInt(200))));
            if (row == Row.TOMBSTONE) {
                item.put(VersionStamp.EXPIRES, AttributeValue.fromN(String.valueOf(NOW.getEpochSecond() + 1000)));
            }
            item.put(
                    "expires",
                    AttributeValue.fromN(String.valueOf(NOW.getEpochSecond() + (row == Row.EXPIRED ? -1 : 1))));
            dynamo.client().putItem(put -> put.tableName(table).item(item));
        }

        private static Map<String, AttributeValue> key(int number) {
            return Map.of("p", AttributeValue.fromS("p"), "s", AttributeValue.fromN(String.valueOf(number)));
        }

        /** Writes or removes a few of the rows that come and go. */
        void disturb() {
            List<Integer> volatiles = rows.keySet().stream()
                    .filter(number -> rows.get(number) == Row.COMES_AND_GOES)
                    .toList();
            for (int i = random.nextInt(6); i > 0 && !volatiles.isEmpty(); i--) {
                int number = volatiles.get(random.nextInt(volatiles.size()));
                if (random.nextBoolean()) {
                    put(number, Row.COMES_AND_GOES);
                } else {
                    dynamo.client().deleteItem(delete -> delete.tableName(table).key(key(number)));
                }
            }
        }

        Optional<SortCondition> condition() {
            int one = random.nextInt(NUMBERS) - NUMBERS / 2;
            int other = random.nextInt(NUMBERS) - NUMBERS / 2;
            return switch (random.nextInt(6)) {
                case 0 -> Optional.of(condition(Operator.GT, one));
                case 1 -> Optional.of(condition(Operator.GTE, one));
                case 2 -> Optional.of(condition(Operator.LT, one));
                case 3 -> Optional.of(condition(Operator.LTE, one));
                case 4 -> Optional.of(condition(Operator.BETWEEN, Math.min(one, other), Math.max(one, other)));
                default -> Optional.empty();
            };
        }

        private static SortCondition condition(Operator operator, int... operands) {
            return new SortCondition(
                    GivenReads.KEY.sort().orElseThrow(),
                    operator,
                    Arrays.stream(operands)
                            .mapToObj(operand -> AttributeValue.fromN(String.valueOf(operand)))
                            .toList());
        }

        void walk() throws Exception {
            Optional<SortCondition> condition = condition();
            boolean ascending = random.nextBoolean();
            boolean some = random.nextBoolean();
            List<Integer> seen = new ArrayList<>();
            Optional<String> cursor = Optional.empty();
            do {
                ItemQuery query = some
                        ? GivenReads.query("p", condition, ascending, 1 + random.nextInt(8), "big", "absent")
                        : GivenReads.query("p", condition, ascending, 1 + random.nextInt(8));
                Page page = reads.page(query, cursor).run().join().value().orElseThrow();
                assertThat(page.items()).hasSizeLessThanOrEqualTo(query.limit());
                for (Map<String, AttributeValue> item : page.items()) {
                    assertThat(item.keySet())
                            .isEqualTo(some ? Set.of("p", "s", "big") : Set.of("p", "s", "big", "expires"));
                    seen.add(Integer.valueOf(item.get("s").n()));
                }
                cursor = page.cursor();
                disturb();
            } while (cursor.isPresent());
            check(seen, condition, ascending);
        }

        private void check(List<Integer> seen, Optional<SortCondition> condition, boolean ascending) {
            assertThat(new HashSet<>(seen)).as("each once").hasSameSizeAs(seen);
            List<Integer> sorted = new ArrayList<>(new TreeSet<>(seen));
            if (!ascending) {
                Collections.reverse(sorted);
            }
            assertThat(seen).as("in order").isEqualTo(sorted);
            Stream<Integer> meant = rows.keySet().stream().filter(number -> condition
                    .map(range -> range.includes(AttributeValue.fromN(String.valueOf(number))))
                    .orElse(true));
            List<Integer> expected =
                    meant.filter(number -> rows.get(number) == Row.STAYS).toList();
            assertThat(seen).as("all that stayed").containsAll(expected);
            assertThat(seen).as("nothing that is not there").allSatisfy(number -> assertThat(rows.get(number))
                    .isIn(Row.STAYS, Row.COMES_AND_GOES));
            assertThat(seen).as("nothing outside the condition").allSatisfy(number -> assertThat(condition
                            .map(range -> range.includes(AttributeValue.fromN(String.valueOf(number))))
                            .orElse(true))
                    .isTrue());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyItemThatStayedIsReturnedOnceWhileOthersComeAndGo(long seed) throws Exception {
        Walker walker = new Walker(seed);
        for (int i = 0; i < WALKS; i++) {
            walker.walk();
        }
    }
}
