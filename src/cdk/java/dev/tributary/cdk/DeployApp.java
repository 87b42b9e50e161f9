package dev.tributary.cdk;

import dev.tributary.config.InvalidConfigurationException;
import java.nio.file.Path;
import software.amazon.awscdk.App;

/** The CDK app, which the {@code cdk} command starts. */
public final class DeployApp {

    private DeployApp() {}

    /**
     * Makes the templates for {@code cdk}. Ends the process with 1 if the options or the configuration do not allow it.
     *
     * @param arguments the directory of the project
     */
    public static void main(String[] arguments) {
        App app = new App();
        try {
            TributaryStack.of(app, Path.of(arguments[0]), DeployOptions.of(app.getNode()), System.getenv());
        } catch (InvalidConfigurationException | IllegalArgumentException refused) {
            System.err.println(refused.getMessage());
            System.exit(1);
        }
        app.synth();
    }
}
