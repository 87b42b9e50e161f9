/** Dead letters: changes that a target can never accept, parked in a table until a person redrives or discards them. */
@NullMarked
package dev.tributary.deadletter;

import org.jspecify.annotations.NullMarked;
