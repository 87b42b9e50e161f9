/** Files that hold secrets and may be replaced while the daemon runs: tokens, certificates, keys. */
@NullMarked
package dev.tributary.http.file;

import org.jspecify.annotations.NullMarked;
