/** The configuration: typed, checked as a whole, and refused with every error at once. */
@NullMarked
package dev.tributary.config;

import org.jspecify.annotations.NullMarked;
