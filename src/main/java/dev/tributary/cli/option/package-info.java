/** Options that commands of several packages share. */
@NullMarked
package dev.tributary.cli.option;

import org.jspecify.annotations.NullMarked;
