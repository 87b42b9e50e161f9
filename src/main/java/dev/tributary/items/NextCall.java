package dev.tributary.items;

/** What to do next for a request that changes an item. */
public sealed interface NextCall {

    /**
     * Send a write. If its condition fails, the change is asked again.
     *
     * @param result how the request ends when the write goes through; nothing of the call's answer is needed for it
     */
    record Send(ItemWrite write, WriteResult result) implements NextCall {}

    /** Read the item, and ask the change again. */
    record Look() implements NextCall {}

    /** Nothing more. */
    record End(WriteResult result) implements NextCall {}
}
