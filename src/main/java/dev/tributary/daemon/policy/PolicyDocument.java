package dev.tributary.daemon.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import software.amazon.awssdk.regions.Region;

/**
 * A policy of IAM. Resources that need the same actions share a statement, because the size of a policy is limited.
 *
 * @param roles to assume
 * @param region of the tables whose configuration names none; {@code *} for any
 * @param account of the tables whose configuration names none; {@code *} for any
 */
public record PolicyDocument(List<TableAccess> tables, Set<String> roles, String region, String account) {

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * The policy of one role: the program's own, which may assume the others, or one of those.
     *
     * @param role empty for the program's own
     */
    public static PolicyDocument of(List<TableAccess> all, Optional<String> role, String region, String account) {
        Set<String> assumed =
                all.stream().flatMap(table -> table.role().stream()).collect(Collectors.toCollection(TreeSet::new));
        return new PolicyDocument(
                all.stream().filter(table -> table.role().equals(role)).toList(),
                role.isPresent() ? Set.of() : assumed,
                region,
                account);
    }

    /** The document as JSON. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeStringField("Version", "2012-10-17");
            json.writeArrayFieldStart("Statement");
            for (var statement : statements().entrySet()) {
                json.writeStartObject();
                json.writeStringField("Effect", "Allow");
                write(json, "Action", statement.getKey());
                write(json, "Resource", statement.getValue());
                json.writeEndObject();
            }
            if (!roles.isEmpty()) {
                json.writeStartObject();
                json.writeStringField("Effect", "Allow");
                write(json, "Action", Set.of("sts:AssumeRole"));
                write(json, "Resource", roles);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** ARNs by the actions on them. */
    private Map<SortedSet<String>, SortedSet<String>> statements() {
        Map<SortedSet<String>, SortedSet<String>> statements = new LinkedHashMap<>();
        tables.forEach(table -> {
            SortedSet<String> actions = new TreeSet<>();
            table.actions().forEach(name -> actions.add("dynamodb:" + name));
            statements.computeIfAbsent(actions, absent -> new TreeSet<>()).add(arn(table));
        });
        return statements;
    }

    private String arn(TableAccess table) {
        String place = table.region().orElse(region);
        return "arn:%s:dynamodb:%s:%s:table/%s"
                .formatted(partition(place), place, table.account().orElse(account), table.resource());
    }

    private static String partition(String region) {
        return region.equals("*")
                ? "aws"
                : Region.of(region).metadata().partition().id();
    }

    private static void write(JsonGenerator json, String name, Collection<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
