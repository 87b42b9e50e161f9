package dev.tributary.deadletter;

/**
 * A dead letter as it lay in the table when it was read, without its images.
 *
 * @param kind INSERT, MODIFY or REMOVE; or UNDECODED
 * @param parts how many rows it has
 * @param again how often the change has come again since it was parked; a job that has dealt with a letter may take it
 *     out only if this is still the same, because the replay began with changes from before it
 */
public record DeadLetter(ParkedChange parked, String kind, int parts, long again) {

    /** Identity of the change's item within the table. */
    public String item() {
        return DeadLetterPosition.item(parked.stamp().owner());
    }
}
