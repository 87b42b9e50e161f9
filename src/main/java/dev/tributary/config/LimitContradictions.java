package dev.tributary.config;

import java.util.Optional;
import java.util.function.Consumer;

/** Reports limits of the write endpoint that are wrong together. */
final class LimitContradictions extends Reports {

    LimitContradictions(Values values, Consumer<ConfigError> errors) {
        super(values, errors);
    }

    void check() {
        Optional<Integer> body = values.find(EndpointKeys.HTTP_MAX_BODY_BYTES);
        values.find(LimitKeys.MAX_OPEN_BYTES)
                .filter(open -> body.isPresent() && open < body.get())
                .ifPresent(open -> report(
                        LimitKeys.MAX_OPEN_BYTES,
                        open,
                        "is less than one body of http.max-body-bytes = " + body.get(),
                        "raise it to that at least"));
        if (values.find(LimitKeys.BURST).isPresent()
                && values.find(LimitKeys.RATE).isEmpty()) {
            report(
                    values.label(LimitKeys.BURST),
                    "has no effect without http.rate",
                    "give http.rate too, or remove this");
        }
    }
}
