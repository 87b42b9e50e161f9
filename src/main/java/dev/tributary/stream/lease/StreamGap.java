package dev.tributary.stream.lease;

import java.time.Instant;
import java.util.Locale;

/** Changes that the stream no longer has and that were not read. Equal gaps are the same one, met again. */
public sealed interface StreamGap {

    /** The conditions by name. */
    enum Kind {
        TRIMMED_CHECKPOINT,
        VANISHED_SHARD,
        UNREAD_SHARD,
        REPLACED_STREAM,
        DISABLED_STREAM;

        /** As it stands in the log, in the metric and in the lease table. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    Kind kind();

    /** What tells this gap from others of the source. */
    String id();

    /** What is missing, for people. */
    String describe();

    /** Where reading goes on if it may. */
    String onward();

    /** A gap in one shard; other shards are read as before. */
    sealed interface OfShard extends StreamGap {
        String shardId();
    }

    /** The position to go on from is older than the 24 hours a stream keeps. */
    record Trimmed(String shardId, String position) implements OfShard {
        @Override
        public Kind kind() {
            return Kind.TRIMMED_CHECKPOINT;
        }

        @Override
        public String id() {
            return kind().tag() + "/" + shardId + "/" + position;
        }

        @Override
        public String describe() {
            return "shard " + shardId + " was trimmed past the position " + position
                    + ": changes older than 24 hours were never read";
        }

        @Override
        public String onward() {
            return "with the oldest change that the shard has";
        }
    }

    /** The stream is there, and the shard no longer in it. */
    record Vanished(String shardId, String position) implements OfShard {
        @Override
        public Kind kind() {
            return Kind.VANISHED_SHARD;
        }

        @Override
        public String id() {
            return kind().tag() + "/" + shardId + "/" + position;
        }

        @Override
        public String describe() {
            return "shard " + shardId + " is no longer in the stream, last read position " + position
                    + ": what came after it was never read";
        }

        @Override
        public String onward() {
            return "with the shards that follow it";
        }
    }

    /** The shard was opened while the source was being read, and nobody read it within 24 hours. */
    record Unread(String shardId, Instant opened) implements OfShard {
        @Override
        public Kind kind() {
            return Kind.UNREAD_SHARD;
        }

        @Override
        public String id() {
            return kind().tag() + "/" + shardId;
        }

        @Override
        public String describe() {
            return "shard " + shardId + " was opened at " + opened
                    + " and never read: its changes older than 24 hours are gone";
        }

        @Override
        public String onward() {
            return "with the oldest change that the shard has";
        }
    }

    /** The table has another stream than the one that was read: it is a new table, or its stream was enabled anew. */
    record Replaced(String streamArn, String newArn) implements StreamGap {
        @Override
        public Kind kind() {
            return Kind.REPLACED_STREAM;
        }

        @Override
        public String id() {
            return kind().tag() + "/" + newArn;
        }

        @Override
        public String describe() {
            return "the table's stream is now " + newArn + ", in place of " + streamArn
                    + ": changes between the two are in neither";
        }

        @Override
        public String onward() {
            return "with the oldest change of the new stream";
        }
    }

    /** The table has no stream any more that could be read. */
    record Disabled(String streamArn) implements StreamGap {
        @Override
        public Kind kind() {
            return Kind.DISABLED_STREAM;
        }

        @Override
        public String id() {
            return kind().tag() + "/" + streamArn;
        }

        @Override
        public String describe() {
            return "the table has no enabled stream with new and old images any more, the last was " + streamArn
                    + ": changes are made that no stream has";
        }

        @Override
        public String onward() {
            return "with the next stream, once one is enabled";
        }
    }
}
