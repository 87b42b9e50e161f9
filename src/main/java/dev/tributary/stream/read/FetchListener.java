package dev.tributary.stream.read;

/** Receives the outcome of each attempt to read a shard, on the thread that reads it. */
public interface FetchListener {

    /** A read succeeded, with or without records. */
    void fetched(String shardId);

    /** The shard was not read, because open changes take the available memory. */
    void waits(String shardId);

    /** The shard was not read, because a gap blocks it or it has no record yet; it will be tried again. */
    void blocked(String shardId);

    /** A read failed and will be repeated. */
    void failed(String shardId, Exception failure);
}
