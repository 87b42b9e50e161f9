package dev.tributary.table;

import dev.tributary.model.ItemKey;
import dev.tributary.model.Sha256;
import dev.tributary.model.VersionStamp;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The value of {@link VersionStamp#ATTRIBUTE}: a map of owner, version, creation time and a digest of the row's
 * attribute names.
 */
final class StampAttribute {

    static final String OWNER = "o";
    static final String VERSION = "v";
    static final String CREATED_AT = "t";
    static final String NAMES = "a";

    private static final int DIGEST_BYTES = 12;

    private StampAttribute() {}

    /**
     * @param names of the row's attributes, without the stamp's own
     */
    static AttributeValue of(VersionStamp stamp, Set<String> names) {
        return of(stamp, digest(names));
    }

    /** @param names the {@linkplain #digest digest} of the names */
    static AttributeValue of(VersionStamp stamp, AttributeValue names) {
        return AttributeValue.fromM(
                Map.of(OWNER, owner(stamp), VERSION, version(stamp), CREATED_AT, createdAt(stamp), NAMES, names));
    }

    /** The fields of a row's stamp; empty if the row has none that is a map. */
    static Map<String, AttributeValue> fields(Map<String, AttributeValue> row) {
        AttributeValue stamp = row.get(VersionStamp.ATTRIBUTE);
        return stamp != null && stamp.hasM() ? stamp.m() : Map.of();
    }

    /** The owner in a row's stamp. */
    static Optional<ItemKey> ownerOf(Map<String, AttributeValue> row) {
        return Optional.ofNullable(fields(row).get(OWNER))
                .map(AttributeValue::s)
                .map(ItemKey::new);
    }

    /** Whether a row carries the owner of the stamp. */
    static boolean isOwner(VersionStamp stamp, Map<String, AttributeValue> row) {
        return owner(stamp).equals(fields(row).get(OWNER));
    }

    /** Whether a row of the stamp's owner is the tombstone of the very change of the stamp. */
    static boolean isTombstoneOf(VersionStamp stamp, Map<String, AttributeValue> row) {
        return row.containsKey(VersionStamp.EXPIRES)
                && version(stamp).equals(fields(row).get(VERSION));
    }

    /** A digest of a set of names: 96 bits of SHA-256, so that different sets have different digests in practice. */
    static AttributeValue digest(Set<String> names) {
        MessageDigest sha256 = Sha256.start();
        names.stream().sorted().forEach(name -> {
            sha256.update(name.getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0xff); // in no UTF-8 text, so two names are never one
        });
        byte[] digest = Arrays.copyOf(sha256.digest(), DIGEST_BYTES);
        return AttributeValue.fromS(Base64.getUrlEncoder().encodeToString(digest));
    }

    static AttributeValue owner(VersionStamp stamp) {
        return AttributeValue.fromS(stamp.owner().encoded());
    }

    static AttributeValue version(VersionStamp stamp) {
        return AttributeValue.fromS(stamp.version().encoded());
    }

    /** Epoch milliseconds. */
    static AttributeValue createdAt(VersionStamp stamp) {
        return AttributeValue.fromN(Long.toString(stamp.createdAt().toEpochMilli()));
    }
}
