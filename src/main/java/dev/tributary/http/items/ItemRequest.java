package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.items.ItemChange;

/** A request that changes an item, as it came. */
public final class ItemRequest {

    private static final byte[] NO_DOCUMENT = {};

    private final byte[] document;
    private final Reading reading;

    /** Makes a change of what came. */
    interface Reading {
        ItemChange change(byte[] document) throws RefusedException;
    }

    ItemRequest(byte[] document, Reading reading) {
        this.document = document;
        this.reading = reading;
    }

    static ItemRequest withoutDocument(Reading reading) {
        return new ItemRequest(NO_DOCUMENT, reading);
    }

    /** Empty if its method has none. */
    byte[] document() {
        return document;
    }

    ItemChange change() throws RefusedException {
        return reading.change(document);
    }
}
