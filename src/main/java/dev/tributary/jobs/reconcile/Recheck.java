package dev.tributary.jobs.reconcile;

import dev.tributary.jobs.scan.Attempts;
import dev.tributary.jobs.scan.KeyedReads;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Version;
import dev.tributary.model.VersionStamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Reads the source items of rows that a page has put, and removes the rows that their items do not have.
 *
 * <p>May be repeated at any time, by any process: a row is removed only if its item, read consistently, has no row under its
 * key, and only while no change of the item has written it. If the item gets that row later, that is a change, and the
 * stream brings it. Safe for any thread.
 */
final class Recheck {

    private final JobRoute route;
    private final KeyedReads source;
    private final Attempts attempts;

    Recheck(JobRoute route, KeyedReads source, Attempts attempts) {
        this.route = route;
        this.source = source;
        this.attempts = attempts;
    }

    /** The stamp of a row that a page puts: below every change, and of all such rows the greatest owner's is the highest. */
    VersionStamp stamp(Item sourceKey, Version version) {
        return new VersionStamp(ItemKey.of(route.identity(), sourceKey.attributes()), version, Instant.EPOCH);
    }

    /** Completes with the number of rows that were removed. */
    CompletableFuture<Integer> removeUnfounded(Version version, Collection<PageKey> keys) {
        Set<Item> sources = new HashSet<>();
        keys.forEach(key -> sources.add(key.source()));
        return source.read(sources, true).thenCompose(items -> {
            List<CompletableFuture<Boolean>> removals = new ArrayList<>();
            keys.stream().filter(key -> !has(items, key)).forEach(key -> removals.add(remove(version, key)));
            return CompletableFuture.allOf(removals.toArray(CompletableFuture[]::new))
                    .thenApply(done -> (int)
                            removals.stream().filter(CompletableFuture::join).count());
        });
    }

    private boolean has(Map<Item, Item> items, PageKey key) {
        return Optional.ofNullable(items.get(key.source()))
                .flatMap(route::rowKey)
                .filter(key.target()::equals)
                .isPresent();
    }

    private CompletableFuture<Boolean> remove(Version version, PageKey key) {
        VersionStamp stamp = stamp(key.source(), version);
        return attempts.of(() -> route.exact().remove(stamp, key.target()));
    }
}
