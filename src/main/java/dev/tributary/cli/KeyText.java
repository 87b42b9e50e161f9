package dev.tributary.cli;

import dev.tributary.model.Item;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Parses the key of an item on the command line. */
final class KeyText {

    private KeyText() {}

    /**
     * Makes a key of texts: numbers as DynamoDB prints them, binary values as Base64.
     *
     * @param texts by attribute name
     */
    static Item parse(Map<String, String> texts, KeySchema schema, CommandLine command) {
        Map<String, AttributeValue> key = new HashMap<>();
        for (KeyAttribute attribute : schema.attributes()) {
            String text = texts.get(attribute.name());
            if (text == null || texts.size() != schema.attributes().size()) {
                throw new ParameterException(
                        command, "--key: expected exactly the key of the source table: " + schema.text());
            }
            key.put(attribute.name(), value(attribute, text, command));
        }
        return new Item(key);
    }

    private static AttributeValue value(KeyAttribute attribute, String text, CommandLine command) {
        try {
            return switch (attribute.type()) {
                case N -> AttributeValue.fromN(text);
                case B ->
                    AttributeValue.fromB(
                            SdkBytes.fromByteArray(Base64.getDecoder().decode(text)));
                default -> AttributeValue.fromS(text);
            };
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--key " + attribute.name() + ": expected Base64", e);
        }
    }
}
