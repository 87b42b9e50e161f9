package dev.tributary.replication;

import dev.tributary.acknowledgement.Acknowledgement;
import dev.tributary.acknowledgement.WriteMark;

/** Receives the end of each write that carries a mark. */
public interface WriteListener {

    /** A write has ended on every route. Called by any thread; must not wait. */
    void ended(WriteMark mark, Acknowledgement end);
}
