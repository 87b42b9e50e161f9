package dev.tributary.stream;

/** Told of a gap each time a read runs into it. */
@FunctionalInterface
interface GapListener {
    void gap(StreamGap gap);
}
