package dev.tributary.jobs.verify;

import dev.tributary.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Digests of attributes that are equal exactly for equal attributes, in practice: 64 bits of SHA-256.
 *
 * <p>Sets have no order, and DynamoDB returns them in any. Numbers are compared as DynamoDB has normalised them.
 */
final class RowDigest {

    private final MessageDigest digest = Sha256.start();

    private RowDigest() {}

    /** The digest of a set of attributes. */
    static long of(Map<String, AttributeValue> attributes) {
        RowDigest row = new RowDigest();
        row.add(attributes);
        return row.value();
    }

    /** The digest of an owner together with the key of its row. */
    static long of(String owner, Map<String, AttributeValue> key) {
        RowDigest row = new RowDigest();
        row.add(owner);
        row.add(key);
        return row.value();
    }

    private long value() {
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private void add(Map<String, AttributeValue> attributes) {
        add(attributes.size());
        new TreeMap<>(attributes).forEach((name, value) -> {
            add(name);
            add(value);
        });
    }

    private void add(AttributeValue value) {
        add(value.type().name());
        switch (value.type()) {
            case S -> add(value.s());
            case N -> add(value.n());
            case B -> add(value.b().asByteArrayUnsafe());
            case BOOL -> add(Boolean.TRUE.equals(value.bool()) ? 1 : 0);
            case NUL -> add(0);
            case SS -> addSorted(value.ss());
            case NS -> addSorted(value.ns());
            case BS -> {
                add(value.bs().size());
                value.bs().stream()
                        .map(SdkBytes::asByteArrayUnsafe)
                        .sorted(java.util.Arrays::compare)
                        .forEach(this::add);
            }
            case M -> add(value.m());
            case L -> {
                add(value.l().size());
                value.l().forEach(this::add);
            }
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalArgumentException("the attribute value has no type");
        }
    }

    private void addSorted(List<String> set) {
        add(set.size());
        set.stream().sorted().forEach(this::add);
    }

    private void add(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** With the length first, so that no two sequences of texts have the same bytes. */
    private void add(byte[] bytes) {
        add(bytes.length);
        digest.update(bytes);
    }

    private void add(int number) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            digest.update((byte) (number >>> shift));
        }
    }
}
