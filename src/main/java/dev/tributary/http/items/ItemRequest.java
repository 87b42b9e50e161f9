package dev.tributary.http.items;

import dev.tributary.document.RefusedException;
import dev.tributary.items.ItemChange;

/** A request that changes an item: its document, and how that is read. */
public final class ItemRequest {

    private static final byte[] NO_DOCUMENT = {};

    private final byte[] document;
    private final Reading reading;

    /** Reads the change from the document. */
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

    /** The document; empty for methods without one. */
    byte[] document() {
        return document;
    }

    ItemChange change() throws RefusedException {
        return reading.change(document);
    }
}
