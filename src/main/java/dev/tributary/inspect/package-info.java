/**
 * Reports for operators about what the tables hold, read beside the daemon or without one. {@code inspect.status} is about
 * workers and progress, {@code inspect.explain} about one item, {@code inspect.plan} about sizes and costs.
 */
@NullMarked
package dev.tributary.inspect;

import org.jspecify.annotations.NullMarked;
