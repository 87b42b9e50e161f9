package dev.tributary.document;

import dev.tributary.model.AttributeType;

/** What a refused default is compared with: how a value of each DynamoDB type is written in the configuration. */
final class AttributeText {

    private AttributeText() {}

    static String expected(AttributeType type) {
        return switch (type) {
            case S -> "a string";
            case N -> "a number of at most 38 digits";
            case B -> "base64";
            case BOOL -> "true or false";
            case NULL -> "null";
            case M -> "a JSON object";
            case L -> "a JSON array";
            case SS -> "a JSON array of different strings";
            case NS -> "a JSON array of different numbers";
            case BS -> "a JSON array of different base64 strings";
        };
    }

    static String example(AttributeType type) {
        return switch (type) {
            case S -> "text";
            case N -> "42";
            case B -> "aGVsbG8=";
            case BOOL -> "true";
            case NULL -> "null";
            case M -> "{\"plan\":\"basic\"}";
            case L -> "[\"basic\",1]";
            case SS -> "[\"basic\",\"plus\"]";
            case NS -> "[1,2]";
            case BS -> "[\"aGVsbG8=\"]";
        };
    }
}
