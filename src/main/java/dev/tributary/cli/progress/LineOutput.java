package dev.tributary.cli.progress;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tributary.cli.progress.JobProgress.State;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;

/** Progress as a JSON object a line. */
record LineOutput(String job, String subject, String unit, PrintWriter err) implements ProgressOutput {

    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public void show(State state, Status status) {
        err.println(line(state, status));
        err.flush();
    }

    private String line(State state, Status status) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("job", job);
            json.writeStringField("subject", subject);
            json.writeStringField("state", state.name().toLowerCase(Locale.ROOT));
            json.writeStringField("unit", unit);
            json.writeNumberField("done", status.progress().done());
            if (status.progress().expected() > 0) {
                json.writeNumberField("expected", status.progress().expected());
            }
            json.writeNumberField("seconds", Math.round(status.seconds()));
            json.writeNumberField("rate", Math.round(status.rate()));
            if (status.secondsLeft() >= 0) {
                json.writeNumberField("secondsLeft", Math.round(status.secondsLeft()));
            }
            for (Map.Entry<String, Long> count : status.progress().counts().entrySet()) {
                json.writeNumberField(count.getKey(), count.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not throw it
        }
        return text.toString();
    }
}
