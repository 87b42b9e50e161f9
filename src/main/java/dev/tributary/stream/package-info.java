/** The KCL application of a source: scheduler, record processors, health. */
@NullMarked
package dev.tributary.stream;

import org.jspecify.annotations.NullMarked;
