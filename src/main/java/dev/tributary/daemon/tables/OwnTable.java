package dev.tributary.daemon.tables;

import dev.tributary.acknowledgement.AcknowledgementTable;
import dev.tributary.deadletter.DeadLetterTable;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.jobs.reconcile.JobTable;
import dev.tributary.latewrite.LateWriteTable;
import dev.tributary.model.KeySchema;
import java.util.Optional;

/** A table that the daemon itself needs in each place, and creates at a start if it is missing. */
public enum OwnTable {

    /** Where the sources are. */
    DEAD_LETTERS("-dead-letters", Optional.empty(), "dead letters", "a change that a target refuses blocks its item"),

    /** Where the sources are. */
    LATE_WRITES("-late-writes", Optional.of(LateWriteTable.TTL_ATTRIBUTE), "late writes", "nothing is replicated"),

    /** Where the sources are. */
    JOBS("-jobs", Optional.empty(), "jobs", "rows that an interrupted backfill left may stay"),

    /** Where the tables of resources are that take idempotency keys: a transaction does not reach another place. */
    IDEMPOTENCY(
            "-idempotency",
            Optional.of(IdempotencyTable.TTL_ATTRIBUTE),
            "idempotency keys",
            "requests with an idempotency key are refused"),

    /** Where the sources are whose tables requests write. */
    ACKNOWLEDGEMENTS(
            "-acknowledgements",
            Optional.of(AcknowledgementTable.TTL_ATTRIBUTE),
            "ends of awaited writes",
            "requests with Prefer: wait learn only of writes that this process replicates");

    private final String suffix;
    private final Optional<String> ttlAttribute;
    private final String content;
    private final String consequence;

    OwnTable(String suffix, Optional<String> ttlAttribute, String content, String consequence) {
        this.suffix = suffix;
        this.ttlAttribute = ttlAttribute;
        this.content = content;
        this.consequence = consequence;
    }

    /**
     * The table's name.
     *
     * @param application the configured name of the application
     */
    public String name(String application) {
        return application + suffix;
    }

    public KeySchema key() {
        return switch (this) {
            case DEAD_LETTERS -> DeadLetterTable.KEY;
            case LATE_WRITES -> LateWriteTable.KEY;
            case JOBS -> JobTable.KEY;
            case IDEMPOTENCY -> IdempotencyTable.KEY;
            case ACKNOWLEDGEMENTS -> AcknowledgementTable.KEY;
        };
    }

    /** Empty if rows do not expire. */
    public Optional<String> ttlAttribute() {
        return ttlAttribute;
    }

    /** Whether it keeps what is nowhere else, so that it is created with deletion protection. */
    boolean isProtected() {
        return this == DEAD_LETTERS || this == JOBS;
    }

    /** The content of its rows, for messages. */
    String content() {
        return content;
    }

    /** The effect of a missing table, for messages. */
    String consequence() {
        return consequence;
    }
}
