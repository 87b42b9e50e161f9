package dev.tributary.table;

import dev.tributary.model.Item;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchStatementRequest;

/**
 * A guarded write of one row as a PartiQL statement. Unlike those of BatchWriteItem, the writes of a batch of
 * statements have conditions.
 *
 * <p>If a statement succeeds, the table is as after the same write by {@link TargetTable}. A statement assumes the
 * row that should be there according to the stream, so if it fails, the guard may still allow the write.
 *
 * @param key of the row; unique in a batch
 * @param text with a {@code ?} for every value, so it contains no payload
 */
record Statement(Item key, String text, List<AttributeValue> parameters) {

    /** Longest statement that DynamoDB takes, in characters. */
    private static final int MAX_LENGTH = 8192;

    /** Names that need no escaping within quotes. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_.:#@-]+");

    /** The statement of a write; empty if the write needs more than one statement. */
    static Optional<Statement> of(String table, TargetWrite write) {
        if (write instanceof TargetWrite.Upsert upsert && arePlain(upsert)) {
            Statement statement = upsert.replaced().isEmpty() ? insert(table, upsert) : update(table, upsert);
            return Optional.of(statement).filter(made -> made.text().length() <= MAX_LENGTH);
        }
        if (write instanceof TargetWrite.Delete delete && delete.vacated().size() == 1) {
            return Optional.of(
                    delete(table, delete.stamp(), delete.vacated().iterator().next()));
        }
        return Optional.empty();
    }

    BatchStatementRequest request() {
        return BatchStatementRequest.builder()
                .statement(text)
                .parameters(parameters)
                .build();
    }

    private static boolean arePlain(TargetWrite.Upsert write) {
        return Stream.concat(write.row().item().attributes().keySet().stream(), write.replaced().stream())
                .allMatch(name -> PLAIN_NAME.matcher(name).matches());
    }

    private static Statement insert(String table, TargetWrite.Upsert write) {
        Text insert = new Text("INSERT INTO \"" + table + "\" VALUE {");
        write.row().item().attributes().forEach((name, value) -> insert.append("'" + name + "': ?, ", value));
        insert.append("'" + VersionStamp.ATTRIBUTE + "': ?}", stampOf(write));
        return insert.statement(write.row().key());
    }

    /**
     * Sets the new attributes and removes the others. The digest of the names ensures that the row has exactly the
     * expected attributes, so the result equals a put of the whole row.
     */
    private static Statement update(String table, TargetWrite.Upsert write) {
        Map<String, AttributeValue> attributes = write.row().item().attributes();
        Item key = write.row().key();
        Text update = new Text("UPDATE \"" + table + "\"");
        attributes.forEach((name, value) -> {
            if (!key.attributes().containsKey(name)) {
                update.append(" SET \"" + name + "\" = ?", value);
            }
        });
        update.append(" SET \"" + VersionStamp.ATTRIBUTE + "\" = ?", stampOf(write));
        write.replaced().stream()
                .filter(name -> !attributes.containsKey(name))
                .forEach(name -> update.append(" REMOVE \"" + name + "\""));
        update.appendGuard(key, write.stamp());
        update.append(
                " AND \"" + VersionStamp.ATTRIBUTE + "\".\"" + StampAttribute.NAMES + "\" = ?",
                StampAttribute.digest(write.replaced()));
        return update.statement(key);
    }

    private static Statement delete(String table, VersionStamp stamp, Item key) {
        Text delete = new Text("DELETE FROM \"" + table + "\"");
        delete.appendGuard(key, stamp);
        return delete.statement(key);
    }

    private static AttributeValue stampOf(TargetWrite.Upsert write) {
        return StampAttribute.of(write.stamp(), write.row().item().attributes().keySet());
    }

    /** Builds a statement. */
    private static final class Text {
        private final StringBuilder text;
        private final List<AttributeValue> parameters = new ArrayList<>();

        private Text(String start) {
            text = new StringBuilder(512).append(start);
        }

        private void append(String more, AttributeValue... values) {
            text.append(more);
            parameters.addAll(List.of(values));
        }

        /** Appends the condition that the row is an older one of the stamp's owner. */
        private void appendGuard(Item key, VersionStamp stamp) {
            String word = " WHERE ";
            for (Map.Entry<String, AttributeValue> attribute : key.attributes().entrySet()) {
                append(word + '"' + attribute.getKey() + "\" = ?", attribute.getValue());
                word = " AND ";
            }
            String path = " AND \"" + VersionStamp.ATTRIBUTE + "\".\"";
            append(path + StampAttribute.OWNER + "\" = ?", StampAttribute.owner(stamp));
            append(path + StampAttribute.VERSION + "\" < ?", StampAttribute.version(stamp));
        }

        private Statement statement(Item key) {
            return new Statement(key, text.toString(), parameters);
        }
    }
}
