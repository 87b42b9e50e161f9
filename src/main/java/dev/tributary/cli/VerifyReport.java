package dev.tributary.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tributary.dynamo.AttributeJson;
import dev.tributary.inspect.Columns;
import dev.tributary.jobs.verify.Difference;
import dev.tributary.jobs.verify.Difference.Kind;
import dev.tributary.jobs.verify.Verification;
import dev.tributary.jobs.verify.VerifyCounts;
import dev.tributary.model.Item;
import dev.tributary.replication.CatchUp;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prints what a verification has found: aligned tables, or JSON lines. Safe for any thread. */
final class VerifyReport implements AutoCloseable {

    private static final JsonFactory JSON = new JsonFactory();

    private final PrintWriter out;
    private final boolean json;
    private final int limit;
    private final Columns differences = new Columns("ROUTE", "KIND", "ITEM", "ROW", "ATTRIBUTES");
    private final Columns routes = new Columns(
            "ROUTE",
            "ITEMS",
            "ROWS",
            "MISSING",
            "EXTRA",
            "DIFFERENT",
            "FOREIGN",
            "PARKED",
            "COLLISION",
            "UNDECIDED",
            "REPAIRED",
            "STATE");
    private final List<String> remarks = new ArrayList<>();

    /** Of the current route. */
    private int listed;

    VerifyReport(PrintWriter out, boolean json, int limit) {
        this.out = out;
        this.json = json;
        this.limit = limit;
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    synchronized void difference(String route, Difference found) {
        if (listed == limit) {
            return;
        }
        listed++;
        if (json) {
            out.println(object(fields -> {
                fields.writeStringField("route", route);
                fields.writeStringField("kind", found.kind().toString());
                AttributeJson.writeField(fields, "row", found.rowKey().attributes());
                if (found.sourceKey().isPresent()) {
                    AttributeJson.writeField(
                            fields, "item", found.sourceKey().get().attributes());
                }
                if (found.owner().isPresent()) {
                    fields.writeStringField("owner", found.owner().get().toString());
                }
                if (!found.attributes().isEmpty()) {
                    fields.writeArrayFieldStart("attributes");
                    for (String attribute : found.attributes()) {
                        fields.writeString(attribute);
                    }
                    fields.writeEndArray();
                }
            }));
            return;
        }
        differences.row(
                route,
                found.kind().toString(),
                found.sourceKey().map(VerifyReport::text).orElse("-"),
                text(found.rowKey()),
                String.join(", ", found.attributes()));
    }

    /** @param absent a remark if there is no item, or no row of it, to verify */
    synchronized void route(String name, Verification verification, Optional<String> absent) {
        VerifyCounts counts = verification.counts();
        long all = counts.faults() + counts.repaired() + counts.found(Kind.PARKED) + counts.found(Kind.COLLISION);
        if (listed < all && !json) {
            remarks.add("%s: %d of %d differences are listed; --limit lists more.".formatted(name, listed, all));
        }
        listed = 0;
        String state = state(verification, absent.isPresent());
        absent.ifPresent(remark -> remarks.add(name + ": " + remark + "."));
        remark(verification.waited()).ifPresent(remark -> remarks.add(name + ": " + remark));
        if (json) {
            out.println(object(fields -> {
                fields.writeStringField("route", name);
                fields.writeStringField("state", state);
                fields.writeNumberField("items", counts.items());
                fields.writeNumberField("rows", counts.rows());
                for (Kind kind : Kind.values()) {
                    fields.writeNumberField(kind.toString(), counts.found(kind));
                }
                fields.writeNumberField("undecided", counts.undecided());
                fields.writeNumberField("repaired", counts.repaired());
                fields.writeBooleanField("replicated", verification.waited() != CatchUp.Result.NO_WORKER);
            }));
            return;
        }
        List<String> row = new ArrayList<>(List.of(name, Long.toString(counts.items()), Long.toString(counts.rows())));
        for (Kind kind : Kind.values()) {
            row.add(Long.toString(counts.found(kind)));
        }
        row.add(Long.toString(counts.undecided()));
        row.add(Long.toString(counts.repaired()));
        row.add(state);
        routes.row(row.toArray(String[]::new));
    }

    private static String state(Verification verification, boolean absent) {
        if (verification.counts().faults() > 0) {
            return "differs";
        }
        boolean proven = verification.counts().undecided() == 0 && verification.waited() != CatchUp.Result.BEHIND;
        return proven ? absent ? "absent" : "right" : "undecided";
    }

    private static Optional<String> remark(CatchUp.Result waited) {
        return switch (waited) {
            case CAUGHT_UP -> Optional.empty();
            case NO_WORKER ->
                Optional.of("no worker reads the source, so changes that are not replicated count as differences.");
            case BEHIND ->
                Optional.of(
                        "replication did not catch up in time, so differences are undecided; see --wait, and the lag in"
                                + " health.");
        };
    }

    /** Prints what is left to print, also after a failure. */
    @Override
    public synchronized void close() {
        if (!json) {
            if (!differences.isEmpty()) {
                differences.lines().forEach(out::println);
                out.println();
            }
            if (!routes.isEmpty()) {
                routes.lines().forEach(out::println);
            }
            remarks.forEach(out::println);
        }
        out.flush();
    }

    /** A key as typed JSON. */
    private static String text(Item key) {
        return object(fields -> {
            for (var attribute : key.attributes().entrySet()) {
                fields.writeFieldName(attribute.getKey());
                AttributeJson.write(fields, attribute.getValue());
            }
        });
    }

    private static String object(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not throw it
        }
        return text.toString();
    }
}
