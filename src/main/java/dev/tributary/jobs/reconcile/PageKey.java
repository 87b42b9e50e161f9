package dev.tributary.jobs.reconcile;

import dev.tributary.model.Item;

/**
 * A row that a page may put.
 *
 * @param source key of the source item
 * @param target key of the row
 */
record PageKey(Item source, Item target) {}
