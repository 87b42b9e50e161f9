/** The permissions of IAM that a configuration needs. */
@NullMarked
package dev.tributary.daemon.policy;

import org.jspecify.annotations.NullMarked;
