package dev.tributary.replication;

import dev.tributary.acknowledgement.Acknowledgement;
import dev.tributary.acknowledgement.WriteMark;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The change of a write that a request waits for. Safe for any thread. */
final class AwaitedWrite {

    private final WriteMark mark;
    private final Runnable ended;
    private final WriteListener listener;
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    /** @param ended run when the change has ended on every route */
    AwaitedWrite(WriteMark mark, Runnable ended, WriteListener listener) {
        this.mark = mark;
        this.ended = ended;
        this.listener = listener;
    }

    /** Notes that the target of a route will not have the change, before it ends there. */
    void failedOn(String route) {
        failed.add(route);
    }

    /** The change has ended on every route. */
    void ended() {
        ended.run();
        listener.ended(mark, new Acknowledgement(failed));
    }
}
