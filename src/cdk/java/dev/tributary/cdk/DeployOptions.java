package dev.tributary.cdk;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    static DeployOptions of(Node node) {
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
