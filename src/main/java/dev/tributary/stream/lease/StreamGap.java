package dev.tributary.stream.lease;

import java.time.Instant;
import java.util.Locale;

/** Changes that the stream no longer has and that were not read. Equal gaps are the same gap. */
public sealed interface StreamGap {

    /** The kinds of gap. */
    enum Kind {
        TRIMMED_CHECKPOINT,
        VANISHED_SHARD,
        UNREAD_SHARD,
        REPLACED_STREAM,
        DISABLED_STREAM;

        /** The name in health, log, metric and lease table. */
        public String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    Kind kind();

    /** Unique within the source. */
    String id();

    /** Describes what is missing, for the operator. */
    String describe();

    /** Where reading continues if the policy permits. */
    String onward();

    /** A gap in one shard; other shards are not affected. */
    sealed interface OfShard extends StreamGap {
        String shardId();
    }

    /** The position to continue from was trimmed: it is older than the 24 hours that a stream keeps. */
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

    /** The stream exists, but no longer contains the shard. */
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

    /** The shard was opened while the source was being read, and no worker read it within 24 hours. */
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

    /** The table has another stream than the one that was read: the table, or its stream, was created again. */
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

    /** The table no longer has a stream that can be read. */
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
            return "the table no longer has an enabled stream with new and old images, the last was " + streamArn
                    + ": changes made since then are in no stream";
        }

        @Override
        public String onward() {
            return "with the next stream, once one is enabled";
        }
    }
}
