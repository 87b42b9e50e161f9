package dev.tributary.stream.read;

/** Told how the reading of a shard goes, by the thread that reads it. */
public interface FetchListener {

    /** A read succeeded, with or without records. */
    void fetched(String shardId);

    /** The shard is not read, because what was read before takes the memory there is. */
    void waits(String shardId);

    /** A read failed and is tried again. */
    void failed(String shardId, Exception failure);
}
