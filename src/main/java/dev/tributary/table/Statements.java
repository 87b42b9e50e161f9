package dev.tributary.table;

import static java.util.Objects.requireNonNull;

import dev.tributary.model.Item;
import dev.tributary.model.TargetWrite;
import dev.tributary.model.VersionStamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Makes the statements of one table. Their texts depend on the names of attributes alone and are kept, because the rows
 * of a table have few different sets of names. Safe for any thread.
 */
final class Statements {

    /** Longest statement that DynamoDB takes, in characters. */
    private static final int MAX_LENGTH = 8192;

    /** Texts kept, so that a table where each row has other names takes little memory. */
    static final int MAX_KEPT = 100;

    /** Names that need no escaping within quotes. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_.:#@-]+");

    private static final Set<String> NONE = Set.of();

    private final String table;
    private final Map<Names, Form> forms = new ConcurrentHashMap<>();

    Statements(String table) {
        this.table = table;
    }

    /**
     * The names of attributes on which the text of a statement depends.
     *
     * @param row of the new row; empty for a delete
     * @param replaced of the row that should be there; empty for an insert
     */
    private record Names(Set<String> key, Set<String> row, Set<String> replaced) {

        /** The sets may be views of a row, which must not be kept. */
        Names copy() {
            return new Names(Set.copyOf(key), Set.copyOf(row), Set.copyOf(replaced));
        }
    }

    /**
     * A statement without its values.
     *
     * @param fits whether DynamoDB takes the text
     * @param set names of the attributes whose values come first in the parameters
     * @param key names of the key attributes whose values come after the stamp, with the guard; empty for an insert
     * @param row digest of the names of the new row
     * @param replaced digest of the names of the row that should be there
     */
    private record Form(
            String text,
            boolean fits,
            List<String> set,
            List<String> key,
            AttributeValue row,
            AttributeValue replaced) {}

    /** The statement of a write; empty if the write needs more than one statement, or a longer one than allowed. */
    Optional<Statement> of(TargetWrite write) {
        if (write instanceof TargetWrite.Upsert upsert) {
            return of(upsert);
        }
        if (write instanceof TargetWrite.Delete delete && delete.vacated().size() == 1) {
            Item key = delete.vacated().iterator().next();
            Form form = form(new Names(key.attributes().keySet(), NONE, NONE));
            List<AttributeValue> parameters = new ArrayList<>();
            addGuard(parameters, form, key, delete.stamp());
            return Optional.of(new Statement(key, form.text(), parameters));
        }
        return Optional.empty();
    }

    private Optional<Statement> of(TargetWrite.Upsert write) {
        Item key = write.row().key();
        Map<String, AttributeValue> row = write.row().item().attributes();
        Form form = form(new Names(key.attributes().keySet(), row.keySet(), write.replaced()));
        if (!form.fits()) {
            return Optional.empty();
        }
        List<AttributeValue> parameters = new ArrayList<>(row.size() + 4);
        form.set().forEach(name -> parameters.add(requireNonNull(row.get(name))));
        parameters.add(StampAttribute.of(write.stamp(), form.row()));
        if (!form.key().isEmpty()) {
            addGuard(parameters, form, key, write.stamp());
            parameters.add(form.replaced());
        }
        return Optional.of(new Statement(key, form.text(), parameters));
    }

    private static void addGuard(List<AttributeValue> parameters, Form form, Item key, VersionStamp stamp) {
        form.key()
                .forEach(name -> parameters.add(requireNonNull(key.attributes().get(name))));
        parameters.add(StampAttribute.owner(stamp));
        parameters.add(StampAttribute.version(stamp));
    }

    private Form form(Names names) {
        Form kept = forms.get(names);
        if (kept != null) {
            return kept;
        }
        if (forms.size() >= MAX_KEPT) {
            forms.clear();
        }
        return forms.computeIfAbsent(names.copy(), this::make);
    }

    private Form make(Names names) {
        if (names.row().isEmpty()) {
            return form(names, delete(names.key()), List.of(), List.copyOf(names.key()));
        }
        if (names.replaced().isEmpty()) {
            List<String> set = List.copyOf(names.row());
            return form(names, insert(set), set, List.of());
        }
        List<String> set =
                names.row().stream().filter(name -> !names.key().contains(name)).toList();
        List<String> key = List.copyOf(names.key());
        return form(names, update(names, set, key), set, key);
    }

    private static Form form(Names names, String text, List<String> set, List<String> key) {
        boolean plain = Stream.concat(names.row().stream(), names.replaced().stream())
                .allMatch(name -> PLAIN_NAME.matcher(name).matches());
        return new Form(
                text,
                plain && text.length() <= MAX_LENGTH,
                set,
                key,
                StampAttribute.digest(names.row()),
                StampAttribute.digest(names.replaced()));
    }

    private String insert(List<String> row) {
        StringBuilder insert = new StringBuilder("INSERT INTO \"" + table + "\" VALUE {");
        row.forEach(name -> insert.append("'" + name + "': ?, "));
        return insert.append("'" + VersionStamp.ATTRIBUTE + "': ?}").toString();
    }

    /**
     * Sets the new attributes and removes the others. The digest of the names ensures that the row has exactly the
     * expected attributes, so the result equals a put of the whole row.
     */
    private String update(Names names, List<String> set, List<String> key) {
        StringBuilder update = new StringBuilder("UPDATE \"" + table + "\"");
        set.forEach(name -> update.append(" SET \"" + name + "\" = ?"));
        update.append(" SET \"" + VersionStamp.ATTRIBUTE + "\" = ?");
        names.replaced().stream()
                .filter(name -> !names.row().contains(name))
                .forEach(name -> update.append(" REMOVE \"" + name + "\""));
        return update + guard(key, "<=") + " AND " + stampField(StampAttribute.NAMES) + " = ?";
    }

    private String delete(Set<String> key) {
        return "DELETE FROM \"" + table + "\"" + guard(List.copyOf(key), "<");
    }

    /**
     * The condition that the row is one of the stamp's owner.
     *
     * @param order how its version compares with the stamp's
     */
    private static String guard(List<String> key, String order) {
        StringBuilder guard = new StringBuilder();
        String word = " WHERE ";
        for (String name : key) {
            guard.append(word).append('"').append(name).append("\" = ?");
            word = " AND ";
        }
        return guard + " AND " + stampField(StampAttribute.OWNER) + " = ? AND " + stampField(StampAttribute.VERSION)
                + " " + order + " ?";
    }

    private static String stampField(String field) {
        return '"' + VersionStamp.ATTRIBUTE + "\".\"" + field + '"';
    }
}
