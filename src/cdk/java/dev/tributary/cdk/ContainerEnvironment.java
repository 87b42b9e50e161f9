package dev.tributary.cdk;

import dev.tributary.config.Configuration;
import dev.tributary.daemon.settings.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The environment of the daemon's container. It has the whole configuration in one variable, so no file has to be mounted,
 * and in others what is different in the cloud.
 *
 * @param configuration text of the configuration file
 * @param streamsEndpoint where streams are read; empty for the region's endpoint
 */
record ContainerEnvironment(
        Settings settings, String configuration, DeployOptions options, Optional<String> streamsEndpoint) {

    static final int HTTP_PORT = 8080;
    static final int ADMIN_PORT = 8081;

    /** The variable with the list of tokens, whose value is a secret. */
    static final String TOKENS = "TRIBUTARY_HTTP_TOKEN_LIST";

    Map<String, String> variables() {
        Map<String, String> variables = new TreeMap<>();
        variables.put(Configuration.TEXT_VARIABLE, withoutComments());
        variables.put("TRIBUTARY_LOCAL_MODE", "off");
        variables.put("TRIBUTARY_LOG_FORMAT", "json");
        variables.put("TRIBUTARY_LOG_METRICS", "1m");
        variables.put("TRIBUTARY_HTTP_HOST", "0.0.0.0");
        variables.put("TRIBUTARY_HTTP_PORT", Integer.toString(HTTP_PORT));
        variables.put("TRIBUTARY_ADMIN_PORT", Integer.toString(ADMIN_PORT));
        if (settings.http().limits().idleTimeout().compareTo(StackEndpoint.IDLE_TIMEOUT) <= 0) {
            variables.put(
                    "TRIBUTARY_HTTP_IDLE_TIMEOUT",
                    StackEndpoint.IDLE_TIMEOUT.plusSeconds(5).toSeconds() + "s");
        }
        if (options.tokens().isPresent()) {
            // Between the load balancer, which ends TLS, and the daemon.
            variables.put("TRIBUTARY_HTTP_ALLOW_PLAIN_TEXT", "true");
        } else {
            variables.put("TRIBUTARY_HTTP_ALLOW_REMOTE", "true");
        }
        streamsEndpoint.ifPresent(endpoint -> variables.put("TRIBUTARY_AWS_STREAMS_ENDPOINT", endpoint));
        return variables;
    }

    private String withoutComments() {
        return configuration
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .collect(Collectors.joining("\n"));
    }
}
