package dev.tributary.document;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import dev.tributary.model.VersionStamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rules for the items of a resource.
 *
 * @param key the table's key schema
 * @param types declared types, those of the keys of table and indexes included
 * @param defaults values of attributes that a request does not name
 * @param required attributes that every item has
 * @param allowed attributes that a request may name, those of the key included; empty: any
 * @param version attribute that requests may name but not set
 */
public record ItemSchema(
        KeySchema key,
        Map<String, AttributeType> types,
        Map<String, AttributeValue> defaults,
        Set<String> required,
        Optional<Set<String>> allowed,
        Optional<String> version) {

    /**
     * Returns the schema of the items that a resource takes.
     *
     * @param resource name of the resource in the configuration
     * @param indexes keys of the table's indexes: DynamoDB refuses items whose attributes have other types
     * @throws InvalidResourceException if a type contradicts a key, or a default its type
     */
    public static ItemSchema of(
            String resource, String table, DocumentSettings settings, KeySchema key, Collection<QueryKey> indexes) {
        List<String> mistakes = new ArrayList<>();
        Map<String, AttributeType> known = new TreeMap<>();
        Stream.concat(Stream.of(QueryKey.of(key)), indexes.stream())
                .flatMap(queried -> queried.attributes().stream())
                .forEach(attribute -> known.put(attribute.name(), attribute.type()));
        Map<String, AttributeType> types = new HashMap<>(settings.type());
        known.forEach((name, type) -> {
            AttributeType declared = types.put(name, type);
            if (declared != null && declared != type) {
                mistakes.add("write.%s.type.%s = %s, but %s has it as %s. Remove the setting: key types are known."
                        .formatted(resource, name, declared, keyOf(name, table, key), type));
            }
        });
        Map<String, AttributeValue> defaults = new HashMap<>();
        new TreeMap<>(settings.defaults()).forEach((name, text) -> {
            FieldErrors errors = new FieldErrors();
            parse(text, types.get(name), errors).ifPresent(value -> defaults.put(name, value));
            errors.all()
                    .forEach(error -> mistakes.add("write.%s.defaults.%s = %s: %s%s."
                            .formatted(
                                    resource,
                                    name,
                                    text,
                                    error.pointer().isEmpty() ? "" : "at " + error.pointer() + ", ",
                                    error.message())));
        });
        checkMadeTypes(resource, "generated", settings.generated(), known, name -> keyOf(name, table, key), mistakes);
        checkMadeTypes(resource, "refreshed", settings.refreshed(), known, name -> keyOf(name, table, key), mistakes);
        checkKeyIsNotMade(resource, table, settings, key, mistakes);
        checkReserved(resource, settings, mistakes);
        if (!mistakes.isEmpty()) {
            throw new InvalidResourceException(mistakes);
        }
        return new ItemSchema(
                key,
                Map.copyOf(types),
                Map.copyOf(defaults),
                Set.copyOf(settings.required()),
                settings.allowed().map(names -> allowed(names, key)),
                settings.version());
    }

    private static Set<String> allowed(Set<String> names, KeySchema key) {
        Set<String> all = new TreeSet<>(names);
        key.attributes().forEach(attribute -> all.add(attribute.name()));
        return Collections.unmodifiableSet(all);
    }

    /** Otherwise every write would forge a version stamp of the replication. */
    private static void checkReserved(String resource, DocumentSettings settings, List<String> mistakes) {
        Map<String, Set<String>> named = new TreeMap<>();
        named.put("type", settings.type().keySet());
        named.put("defaults", settings.defaults().keySet());
        named.put("generated", settings.generated().keySet());
        named.put("refreshed", settings.refreshed().keySet());
        named.put("required", settings.required());
        named.put("allowed", settings.allowed().orElse(Set.of()));
        named.put("version", settings.version().map(Set::of).orElse(Set.of()));
        named.forEach((setting, names) -> names.stream()
                .filter(VersionStamp.RESERVED::contains)
                .sorted()
                .forEach(name -> mistakes.add(
                        "write.%s.%s names %s, which is reserved: only replication writes it. Name another attribute."
                                .formatted(resource, setting, name))));
    }

    private static String keyOf(String attribute, String table, KeySchema key) {
        boolean ofTable = key.attributes().stream().anyMatch(one -> one.name().equals(attribute));
        return (ofTable ? "the key of table " : "an index of table ") + table;
    }

    private static void checkMadeTypes(
            String resource,
            String setting,
            Map<String, GeneratedValue> made,
            Map<String, AttributeType> known,
            UnaryOperator<String> keyOf,
            List<String> mistakes) {
        new TreeMap<>(made).forEach((name, value) -> {
            AttributeType type = known.getOrDefault(name, value.type());
            if (value.type() != type) {
                mistakes.add(
                        "write.%s.%s.%s makes a value of type %s, but %s has it as %s. Use now for N, and uuid or now-iso for S."
                                .formatted(resource, setting, name, value.type(), keyOf.apply(name), type));
            }
        });
    }

    private static void checkKeyIsNotMade(
            String resource, String table, DocumentSettings settings, KeySchema key, List<String> mistakes) {
        for (KeyAttribute attribute : key.attributes()) {
            String name = attribute.name();
            if (settings.refreshed().containsKey(name)) {
                mistakes.add(
                        "write.%s.refreshed.%s would change the key of an item at every write. Use write.%s.generated.%s."
                                .formatted(resource, name, resource, name));
            }
            if (settings.version().filter(name::equals).isPresent()) {
                mistakes.add("write.%s.version = %s is a key attribute of table %s. Name another attribute."
                        .formatted(resource, name, table));
            }
        }
    }

    /** The partition key, and the sort key if there is one. */
    public List<KeyAttribute> keyAttributes() {
        return key.attributes();
    }

    /** Whether the text is a value of this type, as defaults are written. */
    static boolean isDefault(String text, AttributeType type) {
        FieldErrors errors = new FieldErrors();
        return parse(text, type, errors).isPresent() && errors.all().isEmpty();
    }

    private static Optional<AttributeValue> parse(String text, @Nullable AttributeType declared, FieldErrors errors) {
        if (declared == null) {
            return isJson(text) ? read(text, null, errors) : Optional.of(AttributeValue.fromS(text));
        }
        return switch (declared) {
            case S, N, B ->
                read('"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"', declared, errors);
            case BOOL, NULL, M, L, SS, NS, BS -> {
                if (isJson(text)) {
                    yield read(text, declared, errors);
                }
                errors.add("", "expected JSON for type " + declared);
                yield Optional.empty();
            }
        };
    }

    private static boolean isJson(String text) {
        try (JsonParser json = JsonText.FACTORY.createParser(text)) {
            if (json.nextToken() == null) {
                return false;
            }
            json.skipChildren();
            return json.nextToken() == null;
        } catch (JsonProcessingException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<AttributeValue> read(String text, @Nullable AttributeType declared, FieldErrors errors) {
        try (JsonParser json = JsonText.FACTORY.createParser(text)) {
            requireNonNull(json.nextToken());
            return new ValueReader(json, errors).read(declared, 1);
        } catch (RefusedException e) {
            errors.add("", e.problem().detail());
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
