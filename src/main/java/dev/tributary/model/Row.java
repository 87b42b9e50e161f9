package dev.tributary.model;

/**
 * A row of a target table.
 *
 * @param key its key attributes alone
 * @param item all its attributes, those of the key included, without the version stamp
 */
public record Row(Item key, Item item) {}
