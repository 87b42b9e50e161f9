/**
 * Brings target rows to the projection of their source items beside the running daemon: pages of items that are put where
 * they are missing, and rows that are replaced or removed where they differ.
 */
@NullMarked
package dev.tributary.jobs.reconcile;

import org.jspecify.annotations.NullMarked;
