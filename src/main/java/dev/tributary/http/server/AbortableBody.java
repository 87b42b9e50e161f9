package dev.tributary.http.server;

import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Supplier;

/** A body whose reads throw a {@link ProblemException} once the request has to end. */
final class AbortableBody extends FilterInputStream {

    private final Supplier<Optional<ProblemDocument>> end;

    /** @param end why the request has to end; empty if it may continue. Asked before and after each wait for the client */
    AbortableBody(InputStream body, Supplier<Optional<ProblemDocument>> end) {
        super(body);
        this.end = end;
    }

    @Override
    public int read() throws IOException {
        check();
        int next = super.read();
        check();
        return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        check();
        int read = super.read(bytes, offset, length);
        check();
        return read;
    }

    private void check() {
        end.get().ifPresent(problem -> {
            throw new ProblemException(problem);
        });
    }
}
