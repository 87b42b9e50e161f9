/** What a person has done to the tables beside the daemon, over the same projection and the same guarded writes. */
@NullMarked
package dev.tributary.jobs;

import org.jspecify.annotations.NullMarked;
