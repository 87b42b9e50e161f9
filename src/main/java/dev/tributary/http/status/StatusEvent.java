package dev.tributary.http.status;

/**
 * A server-sent event. A later one of the same name replaces an earlier one, so a viewer that reads slowly may miss some.
 *
 * @param name of the kind of event
 * @param json its data, without line breaks
 */
public record StatusEvent(String name, String json) {

    public StatusEvent {
        if (json.indexOf('\n') >= 0 || json.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("the data of event " + name + " has more than one line");
        }
    }

    /** The event as it is sent. */
    String text() {
        return "event: " + name + "\ndata: " + json + "\n\n";
    }
}
