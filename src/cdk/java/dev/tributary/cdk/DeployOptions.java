package dev.tributary.cdk;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.constructs.Node;

/**
 * The options of a deployment that are not the daemon's own, from the context of CDK: {@code cdk deploy -c workers=2}.
 *
 * @param config the configuration file, from the directory of the project
 * @param stack name of the stack
 * @param workers number of daemons
 * @param vpc id of the network; empty for one of its own
 * @param privateEndpoints whether the daemons reach AWS through endpoints of their network alone
 * @param tokens name of the secret whose text is the list of tokens; empty for none
 * @param allow addresses on the Internet that may reach the endpoint, as CIDR blocks; empty for the network only
 * @param certificate ARN of the endpoint's certificate; empty for plain HTTP
 * @param alarmTopic ARN of the topic that alarms notify; empty for none
 * @param keepTables whether the tables outlive the stack; empty to keep those of all configurations but local ones
 */
record DeployOptions(
        String config,
        String stack,
        int workers,
        Optional<String> vpc,
        boolean privateEndpoints,
        Optional<String> tokens,
        List<String> allow,
        Optional<String> certificate,
        Optional<String> alarmTopic,
        Optional<Boolean> keepTables) {

    private static final List<String> NAMES = List.of(
            "config",
            "stack",
            "workers",
            "tokens",
            "allow",
            "certificate",
            "vpc",
            "private-endpoints",
            "alarm-topic",
            "keep-tables");

    /** What CDK itself puts into the context; its other names have a colon or a slash. */
    private static final Set<String> OF_CDK = Set.of("acknowledged-issue-numbers", "cli-telemetry");

    DeployOptions {
        if (workers < 1) {
            throw new IllegalArgumentException("workers = " + workers + ": expected 1 or more");
        }
        if (!allow.isEmpty() && tokens.isEmpty()) {
            throw new IllegalArgumentException("allow = " + String.join(",", allow)
                    + ": everybody at these addresses could read and write; give the name of a secret with"
                    + " -c tokens=NAME, whose text is the lines that tributary token prints");
        }
    }

    /**
     * Reads the options.
     *
     * @throws IllegalArgumentException if one has a value that it does not take, or there is no such option
     */
    static DeployOptions of(Node node) {
        refuseOthers(node);
        return new DeployOptions(
                text(node, "config").orElse("config/local.properties"),
                text(node, "stack").orElse("tributary"),
                text(node, "workers").map(DeployOptions::number).orElse(1),
                text(node, "vpc"),
                flag(node, "private-endpoints").orElse(false),
                text(node, "tokens"),
                text(node, "allow")
                        .map(list -> Arrays.asList(list.split(",", -1)))
                        .orElse(List.of()),
                text(node, "certificate"),
                text(node, "alarm-topic"),
                flag(node, "keep-tables"));
    }

    /** A misspelled option would be ignored, and the stack more open than it was asked to be. */
    private static void refuseOthers(Node node) {
        for (Object key : ((Map<?, ?>) node.getAllContext()).keySet()) {
            String name = key.toString();
            if (!NAMES.contains(name) && !OF_CDK.contains(name) && !name.contains(":") && !name.contains("/")) {
                throw new IllegalArgumentException(name + ": no such option; there are " + String.join(", ", NAMES));
            }
        }
    }

    private static Optional<String> text(Node node, String name) {
        @Nullable Object value = node.tryGetContext(name);
        return Optional.ofNullable(value).map(Object::toString).filter(text -> !text.isBlank());
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("workers = " + text + ": expected a number", e);
        }
    }

    private static Optional<Boolean> flag(Node node, String name) {
        return text(node, name).map(text -> {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException(name + " = " + text + ": expected true or false");
            }
            return text.equals("true");
        });
    }
}
