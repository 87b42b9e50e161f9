package dev.tributary.stream;

/** Changes that the stream no longer has and that were not read. */
sealed interface StreamGap {

    String shardId();

    /** What is missing, for people. */
    String describe();

    /** The position to go on from is older than the 24 hours a stream keeps. */
    record Trimmed(String shardId, String position) implements StreamGap {
        @Override
        public String describe() {
            return "shard " + shardId + " was trimmed past the position " + position
                    + ": changes older than 24 hours were never read";
        }
    }

    /** The shard, or its stream, is gone. */
    record ShardVanished(String streamArn, String shardId, String position) implements StreamGap {
        @Override
        public String describe() {
            return "shard " + shardId + " is no longer in stream " + streamArn + ", last read position " + position;
        }
    }
}
