package dev.tributary.http.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Actions that only note that they were called. */
final class GivenActions implements OperatorActions {

    final List<String> called = Collections.synchronizedList(new ArrayList<>());

    @Override
    public CompletableFuture<ObjectNode> redrive(ParkedSelection selected) {
        return note("redrive " + selected);
    }

    @Override
    public CompletableFuture<ObjectNode> discard(ParkedSelection selected) {
        return note("discard " + selected);
    }

    @Override
    public CompletableFuture<ObjectNode> acknowledge(String source, String gap) {
        return note("acknowledge " + source + " " + gap);
    }

    private CompletableFuture<ObjectNode> note(String call) {
        called.add(call);
        return CompletableFuture.completedFuture(
                JsonNodeFactory.instance.objectNode().put("called", call));
    }
}
