package dev.tributary.cdk;

import dev.tributary.daemon.policy.Program;
import dev.tributary.daemon.policy.TableAccess;
import dev.tributary.daemon.policy.TablePermissions;
import dev.tributary.daemon.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.IgnoreMode;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ecr.assets.Platform;
import software.amazon.awscdk.services.ecs.AssetImageProps;
import software.amazon.awscdk.services.ecs.AwsLogDriverProps;
import software.amazon.awscdk.services.ecs.Capability;
import software.amazon.awscdk.services.ecs.Cluster;
import software.amazon.awscdk.services.ecs.ContainerDefinition;
import software.amazon.awscdk.services.ecs.ContainerDefinitionOptions;
import software.amazon.awscdk.services.ecs.ContainerImage;
import software.amazon.awscdk.services.ecs.DeploymentCircuitBreaker;
import software.amazon.awscdk.services.ecs.FargateService;
import software.amazon.awscdk.services.ecs.FargateTaskDefinition;
import software.amazon.awscdk.services.ecs.HealthCheck;
import software.amazon.awscdk.services.ecs.LinuxParameters;
import software.amazon.awscdk.services.ecs.LogDriver;
import software.amazon.awscdk.services.ecs.MountPoint;
import software.amazon.awscdk.services.ecs.PortMapping;
import software.amazon.awscdk.services.ecs.Secret;
import software.amazon.awscdk.services.ecs.Volume;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.logs.LogGroup;

/** The daemons as a Fargate service, with the role that their configuration needs. */
final class StackService {

    private static final String IMAGE_DIRECTORY = ".";
    private static final String CONTAINER = "tributary";

    private final Stack stack;
    private final Settings settings;
    private final StackNetwork network;
    private final LogGroup logs;

    StackService(Stack stack, Settings settings, StackNetwork network, LogGroup logs) {
        this.stack = stack;
        this.settings = settings;
        this.network = network;
        this.logs = logs;
    }

    /** Adds the service, and the endpoint if the configuration has resources. */
    void run(Path project, ContainerEnvironment environment, DeployOptions options, StackTables tables) {
        FargateTaskDefinition task = FargateTaskDefinition.Builder.create(stack, "Task")
                .cpu(512)
                .memoryLimitMiB(1024)
                .taskRole(role("TaskRole", Program.DAEMON))
                .volumes(List.of(Volume.builder().name("tmp").build()))
                .build();
        ContainerDefinition container = task.addContainer(CONTAINER, container(project, environment, options));
        container.addMountPoints(MountPoint.builder()
                .sourceVolume("tmp")
                .containerPath("/tmp")
                .readOnly(false)
                .build());
        Cluster cluster =
                Cluster.Builder.create(stack, "Cluster").vpc(network.vpc()).build();
        FargateService service = FargateService.Builder.create(stack, "Service")
                .cluster(cluster)
                .taskDefinition(task)
                .desiredCount(options.workers())
                .minHealthyPercent(100)
                .maxHealthyPercent(200)
                .circuitBreaker(
                        DeploymentCircuitBreaker.builder().rollback(true).build())
                .vpcSubnets(network.workers())
                .assignPublicIp(network.hasPublicAddresses())
                .build();
        // A daemon checks its tables when it starts.
        tables.all().forEach(service.getNode()::addDependency);
        if (!settings.resource().isEmpty() || !settings.read().isEmpty()) {
            new StackEndpoint(stack, network.vpc()).add(service, options);
        }
        IRole commands = role("CommandsRole", Program.COMMANDS);
        print("CommandsRoleArn", commands.getRoleArn());
        print("RunCommand", runCommand(cluster, service, commands));
    }

    /** How to run a command as a task of its own, in the network of the daemons. */
    private String runCommand(Cluster cluster, FargateService service, IRole role) {
        String groups = service.getConnections().getSecurityGroups().stream()
                .map(ISecurityGroup::getSecurityGroupId)
                .collect(Collectors.joining(","));
        return "aws ecs run-task --launch-type FARGATE --cluster %s --task-definition %s"
                        .formatted(
                                cluster.getClusterName(),
                                service.getTaskDefinition().getTaskDefinitionArn())
                + " --network-configuration 'awsvpcConfiguration={subnets=[%s],securityGroups=[%s],assignPublicIp=%s}'"
                        .formatted(
                                String.join(
                                        ",",
                                        network.vpc()
                                                .selectSubnets(network.workers())
                                                .getSubnetIds()),
                                groups,
                                network.hasPublicAddresses() ? "ENABLED" : "DISABLED")
                + " --overrides '{\"taskRoleArn\":\"%s\",\"containerOverrides\":[{\"name\":\"%s\",\"command\":[\"status\"]}]}'"
                        .formatted(role.getRoleArn(), CONTAINER);
    }

    private void print(String name, String value) {
        CfnOutput.Builder.create(stack, name).value(value).build();
    }

    private IRole role(String id, Program program) {
        Role role = Role.Builder.create(stack, id)
                .assumedBy(new ServicePrincipal("ecs-tasks.amazonaws.com"))
                .build();
        // The stack has made the daemon's own tables.
        List<TableAccess> tables = TablePermissions.of(settings, program, false);
        tables.stream().filter(table -> table.role().isEmpty()).forEach(table -> role.addToPolicy(statement(table)));
        List<String> assumed = tables.stream()
                .flatMap(table -> table.role().stream())
                .distinct()
                .toList();
        if (!assumed.isEmpty()) {
            role.addToPolicy(PolicyStatement.Builder.create()
                    .actions(List.of("sts:AssumeRole"))
                    .resources(assumed)
                    .build());
        }
        return role;
    }

    private PolicyStatement statement(TableAccess table) {
        return PolicyStatement.Builder.create()
                .actions(
                        table.actions().stream().map(name -> "dynamodb:" + name).toList())
                .resources(List.of(stack.formatArn(ArnComponents.builder()
                        .service("dynamodb")
                        .region(table.region().orElse(stack.getRegion()))
                        .account(table.account().orElse(stack.getAccount()))
                        .resource("table")
                        .resourceName(table.resource())
                        .build())))
                .build();
    }

    private ContainerDefinitionOptions container(
            Path project, ContainerEnvironment environment, DeployOptions options) {
        LinuxParameters linux = new LinuxParameters(stack, "Linux");
        linux.dropCapabilities(Capability.ALL);
        return ContainerDefinitionOptions.builder()
                .image(ContainerImage.fromAsset(
                        project.resolve(IMAGE_DIRECTORY).normalize().toString(),
                        AssetImageProps.builder()
                                .platform(Platform.LINUX_AMD64)
                                .ignoreMode(IgnoreMode.DOCKER)
                                .build()))
                .command(List.of("run"))
                .environment(environment.variables())
                .secrets(options.tokens()
                        .map(name -> Map.of(
                                ContainerEnvironment.TOKENS,
                                Secret.fromSecretsManager(
                                        software.amazon.awscdk.services.secretsmanager.Secret.fromSecretNameV2(
                                                stack, "Tokens", name))))
                        .orElse(Map.of()))
                .portMappings(List.of(PortMapping.builder()
                        .name("http")
                        .containerPort(ContainerEnvironment.HTTP_PORT)
                        .build()))
                .healthCheck(HealthCheck.builder()
                        .command(List.of("CMD", "/opt/tributary/bin/tributary-alive"))
                        .interval(Duration.seconds(30))
                        .timeout(Duration.seconds(10))
                        .retries(3)
                        .startPeriod(Duration.seconds(60))
                        .build())
                .stopTimeout(Duration.seconds(30))
                .readonlyRootFilesystem(true)
                .linuxParameters(linux)
                .logging(LogDriver.awsLogs(AwsLogDriverProps.builder()
                        .logGroup(logs)
                        .streamPrefix("tributary")
                        .build()))
                .build();
    }
}
