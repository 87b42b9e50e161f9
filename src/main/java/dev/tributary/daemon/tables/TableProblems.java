package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.ExitCode;
import dev.tributary.daemon.settings.StartException;
import dev.tributary.dynamo.WriteFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.core.exception.SdkException;

/** Collects the contradictions between the configuration and its tables, so that a start reports all of them together. */
final class TableProblems {

    private final List<String> lines = new ArrayList<>();

    /** Places that did not reply, with the error: each is reported once, not with each of its tables. */
    private final Map<String, String> silentPlaces = new TreeMap<>();

    /** Whether a problem may be temporary, so that a supervisor should start the daemon again. */
    private boolean mayPass;

    void add(String key, Object value, String problem) {
        lines.add(key + " = " + value + ": " + problem);
    }

    void addAll(List<String> problems) {
        lines.addAll(problems);
    }

    /**
     * Adds a problem whose cause is a failed call.
     *
     * @param operation that was called
     */
    void addFailure(String key, Object value, String problem, String operation, String table, SdkException thrown) {
        WriteFailure failure = WriteFailure.of(thrown);
        mayPass |= failure.kind() == WriteFailure.Kind.CAPACITY;
        add(key, value, problem + ": " + failure.message() + DeniedCall.remedy(thrown, operation, table));
    }

    void addSilentPlace(String place, SdkException thrown) {
        mayPass = true;
        silentPlaces.putIfAbsent(place, String.valueOf(thrown.getMessage()));
    }

    /**
     * Ends the checks.
     *
     * @throws StartException with all problems, one a line, if there are any
     */
    void refuse() throws StartException {
        if (lines.isEmpty() && silentPlaces.isEmpty()) {
            return;
        }
        List<String> message = new ArrayList<>();
        silentPlaces.forEach((place, why) -> message.add("DynamoDB in " + place
                + " does not answer, so its tables could not be checked. Check the network, the endpoint, the region"
                + " and the credentials: " + why));
        if (!lines.isEmpty()) {
            message.add("The tables are not as the configuration needs them:\n  " + String.join("\n  ", lines));
        }
        throw new StartException(mayPass ? ExitCode.FAILED : ExitCode.TABLES, String.join("\n", message));
    }
}
