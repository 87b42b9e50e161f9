package dev.tributary.model;

import java.util.Optional;

/** One stream record: the change of one source item. */
public sealed interface Change {

    VersionStamp stamp();

    /** The item before the change; empty for an insert. */
    Optional<Item> before();

    /** The item after the change; empty for a removal. */
    Optional<Item> after();

    /** A new item. */
    record Insert(VersionStamp stamp, Item newImage) implements Change {
        @Override
        public Optional<Item> before() {
            return Optional.empty();
        }

        @Override
        public Optional<Item> after() {
            return Optional.of(newImage);
        }
    }

    /** An item that was replaced or updated. */
    record Modify(VersionStamp stamp, Item oldImage, Item newImage) implements Change {
        @Override
        public Optional<Item> before() {
            return Optional.of(oldImage);
        }

        @Override
        public Optional<Item> after() {
            return Optional.of(newImage);
        }
    }

    /**
     * A record that this version cannot decode. It is parked on every route, and the later changes of its item behind
     * it.
     *
     * @param reason the cause, for operators, without values of the item
     * @param record the record as JSON, as far as it could be read
     */
    record Undecoded(VersionStamp stamp, String reason, String record) implements Change {
        @Override
        public Optional<Item> before() {
            return Optional.empty();
        }

        @Override
        public Optional<Item> after() {
            return Optional.empty();
        }
    }

    /** An item that was deleted or has expired. */
    record Remove(VersionStamp stamp, Item oldImage) implements Change {
        @Override
        public Optional<Item> before() {
            return Optional.of(oldImage);
        }

        @Override
        public Optional<Item> after() {
            return Optional.empty();
        }
    }
}
