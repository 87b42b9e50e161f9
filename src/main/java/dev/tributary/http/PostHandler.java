package dev.tributary.http;

import dev.tributary.ingest.WriteResult;
import dev.tributary.ingest.WriteRoute;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;

/** {@code POST}: the body becomes an item. The server's thread is free while DynamoDB works. */
final class PostHandler implements Handler {

    private final WriteRoute route;
    private final RequestBody body;
    private final WriteMeters meters;
    private final TableHealth table;

    PostHandler(WriteRoute route, RequestBody body, WriteMeters meters, TableHealth table) {
        this.route = route;
        this.body = body;
        this.meters = meters;
        this.table = table;
    }

    @Override
    public void handle(Context context) throws IOException {
        Timer.Sample sample = meters.start();
        byte[] document;
        try {
            document = body.read(context);
        } catch (ProblemException e) {
            meters.stop(sample, route.name(), e.document().type().slug());
            throw e;
        }
        context.future(() -> route.put(document)
                .whenComplete((result, failure) -> meters.stop(
                        sample, route.name(), failure == null ? outcome(result) : ProblemType.INTERNAL_ERROR.slug()))
                .thenAccept(result -> answer(context, result)));
    }

    private void answer(Context context, WriteResult result) {
        table.heard(result);
        if (result instanceof WriteResult.Stored stored) {
            StoredKey key = new StoredKey(stored.key());
            context.status(201)
                    .header("Location", key.location(route.path()))
                    .contentType("application/json")
                    .result(key.json());
        } else if (result instanceof WriteResult.Refused refused) {
            ProblemDocument.of(refused.problem()).send(context);
        }
    }

    private static String outcome(WriteResult result) {
        return result instanceof WriteResult.Refused refused
                ? ProblemType.of(refused.problem().kind()).slug()
                : "stored";
    }
}
