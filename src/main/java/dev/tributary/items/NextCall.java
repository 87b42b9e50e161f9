package dev.tributary.items;

/** The next step of a request that changes an item. */
public sealed interface NextCall {

    /**
     * Send a write. If its condition fails, the change gets the current item.
     *
     * @param result result of the request if the write is applied; does not depend on the response
     */
    record Send(ItemWrite write, WriteResult result) implements NextCall {}

    /** Read the item, and pass it to the change. */
    record Read() implements NextCall {}

    /** End the request. */
    record End(WriteResult result) implements NextCall {}
}
