package dev.tributary.cdk;

import dev.tributary.config.InvalidConfigurationException;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.local.LocalSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.constructs.Construct;

/** A configuration as a stack: its tables, the daemons as a service, their log and its alarms. */
final class TributaryStack extends Stack {

    private TributaryStack(Construct scope, String id, StackProps props) {
        super(scope, id, props);
    }

    /**
     * Adds the stack of a configuration to an app.
     *
     * @param project directory of the project, with the Dockerfile
     * @param environment the variables in which {@code cdk} gives the account and region of the credentials
     * @throws InvalidConfigurationException with every error of the configuration
     */
    static TributaryStack of(Construct app, Path project, DeployOptions options, Map<String, String> environment)
            throws InvalidConfigurationException {
        Path file = project.resolve(options.config());
        Settings settings = Settings.load(file, Map.of());
        TributaryStack stack = new TributaryStack(
                app,
                options.stack(),
                StackProps.builder()
                        .env(environment(settings, environment))
                        .description("Tributary: keeps DynamoDB tables in step")
                        .build());
        stack.add(settings, text(file), project, options);
        return stack;
    }

    /** The region of the configuration, or that of the command. */
    private static Environment environment(Settings settings, Map<String, String> variables) {
        @Nullable String chosen = variables.get("CDK_DEFAULT_REGION");
        return Environment.builder()
                .account(variables.get("CDK_DEFAULT_ACCOUNT"))
                .region(settings.aws().region().orElse(chosen))
                .build();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(Settings settings, String configuration, Path project, DeployOptions options) {
        boolean keep = options.keepTables().orElse(settings.local().mode() == LocalSettings.Mode.OFF);
        StackTables tables = new StackTables(this, settings, keep);
        LogGroup logs = LogGroup.Builder.create(this, "Log")
                .retention(RetentionDays.ONE_MONTH)
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
        StackNetwork network = new StackNetwork(this, settings, options);
        StackService service = new StackService(this, settings, network, logs);
        service.run(
                project,
                new ContainerEnvironment(settings, configuration, options, network.streamsEndpoint()),
                options,
                tables);
        Map<String, Metric> metrics = SourceMetrics.of(this, logs);
        settings.source().keySet().forEach(source -> new SourceAlarms(this, source, options).add(metrics));
        print("Log", logs.getLogGroupName());
        tables.names().forEach((id, name) -> print("Table" + id, name));
    }

    private void print(String id, String value) {
        CfnOutput.Builder.create(this, id + "Name").value(value).build();
    }
}
