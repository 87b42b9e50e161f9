package dev.tributary.http;

import dev.tributary.ingest.ItemChange;
import dev.tributary.ingest.RefusedException;
import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
import io.javalin.http.Context;
import java.util.concurrent.CompletableFuture;

/** Requests that change an item: {@code POST}, {@code PUT}, {@code PATCH}, {@code DELETE}. */
final class ChangeHandler implements RouteHandler.Work {

    /** Makes a change of a request. */
    interface Reader {
        ItemChange read(Context context) throws RefusedException;
    }

    private final WriteRoute route;
    private final Reader reader;

    ChangeHandler(WriteRoute route, Reader reader) {
        this.route = route;
        this.reader = reader;
    }

    @Override
    public CompletableFuture<WriteResult> start(Context context) throws RefusedException {
        return route.run(reader.read(context));
    }
}
