/**
 * Reads settings records from a properties file and the environment, and reports every error at once. It knows no option:
 * each feature declares its own in a record.
 */
@NullMarked
package dev.tributary.config;

import org.jspecify.annotations.NullMarked;
