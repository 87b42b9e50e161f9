package dev.tributary.acknowledgement;

import java.util.Set;

/**
 * The end of a write on every route of its source.
 *
 * @param failed the routes on which it is a dead letter, or the row's version is later although the row is older; on all
 *     others the target has it or a later one, or the route leaves it out
 */
public record Acknowledgement(Set<String> failed) {

    public Acknowledgement {
        failed = Set.copyOf(failed);
    }
}
