/** Compares target tables with the projection of their sources beside the running daemon, and repairs what differs. */
@NullMarked
package dev.tributary.jobs.verify;

import org.jspecify.annotations.NullMarked;
