package dev.tributary.model;

import java.util.Optional;

/** One stream record: what happened to one source item. */
public sealed interface Change {

    VersionStamp stamp();

    /** The item before the change; empty for an insert. */
    Optional<Item> before();

    /** The item after the change; empty for a removal. */
    Optional<Item> after();

    /** An item that was not there before. */
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
     * A record that this version cannot decode. No route can write it: it is parked, and the later changes of its item
     * behind it.
     *
     * @param reason why not, for people, without values of the item
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

    /** An item that is gone, deleted or expired. */
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
