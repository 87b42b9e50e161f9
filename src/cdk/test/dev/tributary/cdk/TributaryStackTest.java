package dev.tributary.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tributary.daemon.policy.Program;
import dev.tributary.daemon.policy.TablePermissions;
import dev.tributary.daemon.settings.Settings;
import dev.tributary.local.LocalSettings.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.assertions.Match;

/** The templates that {@code cdk deploy} makes of the tutorial and of the example for production. */
class TributaryStackTest {

    private static final String TOKEN = "app sha256:" + "0".repeat(64) + " *";

    private static final String NETWORK = "vpc-00000000000000001";

    /** Stays for whoever wants to look at the templates, or to validate them with another tool. */
    private static final Path DIRECTORY = Path.of("target", "templates").toAbsolutePath();

    @TempDir
    private Path directory;

    private static SynthesizedStack tutorial;
    private static SynthesizedStack production;

    @BeforeAll
    static void synthesize() throws Exception {
        tutorial = SynthesizedStack.of(
                DIRECTORY.resolve("tutorial"), Map.of("tokens", "tributary-tokens", "allow", "192.0.2.1/32"));
        production = SynthesizedStack.of(
                DIRECTORY.resolve("production"),
                Map.of(
                        "config",
                        "config/tributary.properties",
                        "workers",
                        "3",
                        "private-endpoints",
                        "true",
                        "alarm-topic",
                        "arn:aws:sns:eu-central-1:111122223333:alarms"));
    }

    @Test
    void tablesOfTheTutorialGoWithTheStack() {
        assertThat(tutorial.tables().keySet())
                .containsExactly(
                        "tributary-acknowledgements",
                        "tributary-dead-letters",
                        "tributary-idempotency",
                        "tributary-jobs",
                        "tributary-late-writes",
                        "tributary-leases",
                        "users",
                        "users_by_city");
        assertThat(tutorial.tables().values()).allSatisfy(table -> {
            assertThat(table.required("DeletionPolicy").asText()).isEqualTo("Delete");
            assertThat(table.at("/Properties/DeletionProtectionEnabled").asBoolean())
                    .isFalse();
        });
    }

    @Test
    void tablesOfProductionStay() {
        assertThat(production.tables().values()).isNotEmpty().allSatisfy(table -> {
            assertThat(table.required("DeletionPolicy").asText()).isEqualTo("Retain");
            assertThat(table.required("UpdateReplacePolicy").asText()).isEqualTo("Retain");
            assertThat(table.at("/Properties/DeletionProtectionEnabled").asBoolean())
                    .isTrue();
            assertThat(table.at("/Properties/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")
                            .asBoolean())
                    .isTrue();
        });
    }

    @Test
    void tablesHaveTheirKeysStreamAndTtl() {
        JsonNode users = tutorial.tables().get("users").required("Properties");
        assertThat(users.at("/StreamSpecification/StreamViewType").asText()).isEqualTo("NEW_AND_OLD_IMAGES");
        assertThat(users.at("/KeySchema/0/AttributeName").asText()).isEqualTo("email");
        assertThat(users.required("BillingMode").asText()).isEqualTo("PAY_PER_REQUEST");
        JsonNode byCity = tutorial.tables().get("users_by_city").required("Properties");
        assertThat(byCity.has("StreamSpecification")).isFalse();
        assertThat(byCity.at("/KeySchema/1/AttributeName").asText()).isEqualTo("city");
        assertThat(byCity.at("/KeySchema/1/KeyType").asText()).isEqualTo("RANGE");
        for (String own : List.of("tributary-late-writes", "tributary-idempotency")) {
            assertThat(tutorial.tables()
                            .get(own)
                            .at("/Properties/TimeToLiveSpecification/Enabled")
                            .asBoolean())
                    .as(own)
                    .isTrue();
        }
        assertThat(tutorial.tables()
                        .get("tributary-leases")
                        .at("/Properties/GlobalSecondaryIndexes/0/IndexName")
                        .asText())
                .isEqualTo("LeaseOwnerToLeaseKeyIndex");
    }

    @Test
    void rolesMayDoWhatTheConfigurationNeedsAndNothingElse() throws Exception {
        assertThat(tutorial.allowed("TaskRole")).isEqualTo(needed("config/local.properties", Program.DAEMON));
        assertThat(tutorial.allowed("CommandsRole")).isEqualTo(needed("config/local.properties", Program.COMMANDS));
        assertThat(production.allowed("TaskRole")).isEqualTo(needed("config/tributary.properties", Program.DAEMON));
        assertThat(production.json().toString()).contains(":dynamodb:eu-west-1:", ":dynamodb:eu-central-1:");
        assertThat(tutorial.allowed("TaskRole").values()).noneMatch(actions -> actions.contains("CreateTable"));
    }

    private static SortedMap<String, SortedSet<String>> needed(String file, Program program) throws Exception {
        SortedMap<String, SortedSet<String>> needed = new TreeMap<>();
        TablePermissions.of(Settings.load(Path.of(file), Map.of()), program, false)
                .forEach(table -> needed.put(table.resource(), table.actions()));
        return needed;
    }

    @Test
    void noPolicyAllowsEverything() {
        for (SynthesizedStack stack : List.of(tutorial, production)) {
            stack.properties("AWS::IAM::Policy").forEach(policy -> policy.at("/PolicyDocument/Statement")
                    .forEach(statement -> {
                        assertThat(stack.texts(statement.required("Action"))).noneMatch(action -> action.endsWith("*"));
                        boolean onAnything = stack.texts(statement.required("Resource")).contains("*");
                        // The one action of ECR that knows no resource.
                        assertThat(onAnything && !statement.toString().contains("ecr:GetAuthorizationToken"))
                                .as(statement.toString())
                                .isFalse();
                    }));
        }
    }

    /** The container starts with exactly this, and no file. */
    @Test
    void environmentOfTheContainerIsAValidConfiguration() throws Exception {
        Settings settings = settings(tutorial, Map.of(ContainerEnvironment.TOKENS, TOKEN));
        assertThat(settings.local().mode()).isEqualTo(Mode.OFF);
        assertThat(settings.http().access().host().name()).isEqualTo("0.0.0.0");
        assertThat(settings.http().access().authenticates()).isTrue();
        assertThat(settings.source().get("users").route().get("by-city").table())
                .isEqualTo("users_by_city");
        assertThat(settings(production, Map.of()).http().access().allowRemote()).isTrue();
        assertThat(tutorial.texts(tutorial.container().required("Command"))).containsExactly("run");
    }

    private static Settings settings(SynthesizedStack stack, Map<String, String> secrets) throws Exception {
        Map<String, String> environment = new HashMap<>(stack.environment());
        environment.putAll(secrets);
        return Settings.loadText(environment.getOrDefault("TRIBUTARY_CONFIGURATION", ""), environment);
    }

    @Test
    void tokensComeFromASecret() {
        assertThat(tutorial.container().required("Secrets")).singleElement().satisfies(secret -> {
            assertThat(secret.required("Name").asText()).isEqualTo(ContainerEnvironment.TOKENS);
            assertThat(secret.required("ValueFrom").toString()).contains("secretsmanager", "tributary-tokens");
        });
        assertThat(production.container().has("Secrets")).isFalse();
    }

    @Test
    void containerIsConfined() {
        assertThat(tutorial.container().required("ReadonlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(tutorial.container().at("/LinuxParameters/Capabilities/Drop/0").asText())
                .isEqualTo("ALL");
        assertThat(tutorial.container().at("/MountPoints/0/ContainerPath").asText())
                .isEqualTo("/tmp");
        assertThat(tutorial.container().at("/HealthCheck/Command/1").asText())
                .isEqualTo("/opt/tributary/bin/tributary-alive");
        assertThat(tutorial.container().at("/LogConfiguration/LogDriver").asText())
                .isEqualTo("awslogs");
        assertThat(tutorial.properties("AWS::Logs::LogGroup"))
                .singleElement()
                .satisfies(logs ->
                        assertThat(logs.required("RetentionInDays").asInt()).isEqualTo(30));
    }

    @Test
    void eachSourceHasAlarms() {
        assertThat(production.properties("AWS::CloudWatch::Alarm"))
                .hasSize(4)
                .allSatisfy(alarm -> {
                    assertThat(alarm.at("/Dimensions/0/Value").asText()).isEqualTo("users");
                    assertThat(alarm.at("/AlarmActions/0").asText()).endsWith(":alarms");
                })
                .extracting(alarm -> alarm.required("MetricName").asText() + " "
                        + alarm.required("ComparisonOperator").asText() + " "
                        + alarm.required("Threshold").asInt() + " "
                        + alarm.required("TreatMissingData").asText())
                .containsExactlyInAnyOrder(
                        "lagSeconds GreaterThanThreshold 600 breaching",
                        "timeLeftSeconds LessThanThreshold 64800 ignore",
                        "parked GreaterThanThreshold 0 ignore",
                        "gaps GreaterThanThreshold 0 notBreaching");
        assertThat(production.properties("AWS::Logs::MetricFilter"))
                .extracting(filter -> filter.at("/MetricTransformations/0/MetricValue")
                        .asText())
                .containsExactlyInAnyOrder("$.lagSeconds", "$.timeLeftSeconds", "$.parked", "$.gaps");
        assertThat(production.environment()).containsEntry("TRIBUTARY_LOG_METRICS", "1m");
    }

    @Test
    void endpointIsForTheNamedAddressesOnly() {
        assertThat(tutorial.properties("AWS::ElasticLoadBalancingV2::LoadBalancer"))
                .singleElement()
                .satisfies(balancer ->
                        assertThat(balancer.required("Scheme").asText()).isEqualTo("internet-facing"));
        assertThat(tutorial.json().toString()).contains("192.0.2.1/32").doesNotContain("\"CidrIpv6\"");
        assertThat(tutorial.properties("AWS::EC2::SecurityGroup"))
                .filteredOn(group -> group.path("SecurityGroupIngress").toString().contains("0.0.0.0/0"))
                .isEmpty();
        assertThat(production.properties("AWS::ElasticLoadBalancingV2::LoadBalancer"))
                .singleElement()
                .satisfies(balancer ->
                        assertThat(balancer.required("Scheme").asText()).isEqualTo("internal"));
    }

    @Test
    void privateEndpointsReplaceTheInternet() {
        assertThat(production.properties("AWS::EC2::VPCEndpoint"))
                .extracting(endpoint -> endpoint.required("ServiceName").toString().replaceAll(".*\\.([a-z0-9-]+)\".*", "$1"))
                .containsExactlyInAnyOrder("dynamodb", "s3", "api", "dkr", "logs", "dynamodb-streams");
        assertThat(production.properties("AWS::EC2::NatGateway")).isEmpty();
        assertThat(production.container().required("Environment").toString()).contains("TRIBUTARY_AWS_STREAMS_ENDPOINT");
        JsonNode service = production.properties("AWS::ECS::Service").get(0);
        assertThat(service.required("DesiredCount").asInt()).isEqualTo(3);
        assertThat(service.at("/NetworkConfiguration/AwsvpcConfiguration/AssignPublicIp")
                        .asText())
                .isEqualTo("DISABLED");
    }

    @Test
    void tablesThatPrivateEndpointsDoNotReachAreNamed() {
        production.annotations().hasWarning("*", Match.stringLikeRegexp(".* also has tables of eu-west-1$"));
        tutorial.annotations().hasNoWarning("*", Match.anyValue());
    }

    /** Otherwise the balancer sends requests on connections that the daemon is closing. */
    @Test
    void loadBalancerClosesIdleConnectionsBeforeTheDaemonDoes() throws Exception {
        assertIdleTimeouts(tutorial, settings(tutorial, Map.of(ContainerEnvironment.TOKENS, TOKEN)));
        assertIdleTimeouts(production, settings(production, Map.of()));
    }

    private static void assertIdleTimeouts(SynthesizedStack stack, Settings settings) {
        JsonNode balancer =
                stack.properties("AWS::ElasticLoadBalancingV2::LoadBalancer").get(0);
        assertThat(balancer.required("LoadBalancerAttributes"))
                .filteredOn(attribute -> attribute.required("Key").asText().equals("idle_timeout.timeout_seconds"))
                .singleElement()
                .satisfies(timeout ->
                        assertThat(settings.http().limits().idleTimeout().toSeconds())
                                .isGreaterThan(timeout.required("Value").asLong()));
    }

    @Test
    void daemonsRunInAGivenNetworkAndReachTheirRolesFromIt() throws Exception {
        SynthesizedStack open = inGivenNetwork("false");
        assertThat(open.subnets()).containsExactly(subnetId("2a"), subnetId("2b"));
        assertThat(open.properties("AWS::EC2::VPCEndpoint")).isEmpty();

        SynthesizedStack closed = inGivenNetwork("true");
        assertThat(closed.subnets()).containsExactly(subnetId("1a"), subnetId("1b"));
        assertThat(closed.properties("AWS::EC2::VPCEndpoint"))
                .filteredOn(endpoint -> endpoint.toString().contains(".sts"))
                .hasSize(1);

        assertThat(List.of(open, closed)).allSatisfy(stack -> {
            assertThat(stack.properties("AWS::EC2::VPC")).isEmpty();
            assertThat(stack.properties("AWS::IAM::Policy").toString())
                    .contains("sts:AssumeRole", "arn:aws:iam::444455556666:role/reads-users");
        });
    }

    /** The daemon's own tables are where their source is, and the task's role may not create them. */
    @Test
    void ownTablesOfAnotherRegionAreNamedAndNotMadeInThatOfTheStack() throws Exception {
        Path file = directory.resolve("regions.properties");
        Files.writeString(file, """
                aws.region = eu-central-1
                source.users.table = users
                source.users.region = eu-west-1
                source.users.route.by-city.table = users_by_city
                """);
        SynthesizedStack stack =
                SynthesizedStack.of(DIRECTORY.resolve("regions"), Map.of("config", file.toString()));
        assertThat(stack.tables()).isEmpty();
        stack.annotations()
                .hasWarning(
                        "*",
                        Match.stringLikeRegexp(".*tributary-dead-letters in eu-west-1, .*tributary-leases in eu-west-1.*"));
    }

    /** A stack in a network that exists, as {@code cdk} would have found it in the account. */
    private SynthesizedStack inGivenNetwork(String privateEndpoints) throws Exception {
        Path file = directory.resolve("test.properties");
        Files.writeString(file, """
                aws.region = eu-central-1
                source.users.table = users
                source.users.role = arn:aws:iam::444455556666:role/reads-users
                source.users.route.by-city.table = users_by_city
                write.users.path = /users
                write.users.table = accounts
                """);
        List<Map<String, Object>> subnets = List.of(
                Map.of("name", "In", "type", "Isolated", "subnets", List.of(subnet("1a"), subnet("1b"))),
                Map.of("name", "Out", "type", "Private", "subnets", List.of(subnet("2a"), subnet("2b"))));
        Map<String, Object> found = Map.of(
                "vpcId", NETWORK, "vpcCidrBlock", "10.0.0.0/16", "availabilityZones", List.of(), "subnetGroups", subnets);
        Map<String, Object> context = Map.of(
                "config",
                file.toString(),
                "vpc",
                NETWORK,
                "private-endpoints",
                privateEndpoints,
                "vpc-provider:account=111122223333:filter.vpc-id=" + NETWORK
                        + ":region=eu-central-1:returnAsymmetricSubnets=true",
                found);
        return SynthesizedStack.of(
                DIRECTORY.resolve("network-" + privateEndpoints),
                context,
                Map.of("CDK_DEFAULT_ACCOUNT", "111122223333", "CDK_DEFAULT_REGION", "us-east-1"));
    }

    private static Map<String, String> subnet(String end) {
        return Map.of(
                "subnetId",
                subnetId(end),
                "routeTableId",
                "rtb-000000000000000" + end,
                "availabilityZone",
                "eu-central-" + end,
                "cidr",
                "10.0.0.0/24");
    }

    private static String subnetId(String end) {
        return "subnet-000000000000000" + end;
    }

    @Test
    void endpointAndTablesArePrinted() {
        assertThat(tutorial.outputs().fieldNames())
                .toIterable()
                .contains("Endpoint", "LogName", "TableUsersName", "TableUsersByCityName", "CommandsRoleArn");
    }

    @Test
    void commandToRunTasksIsPrintedWithTheNetworkOfTheDaemons() {
        JsonNode parts = tutorial.outputs().at("/RunCommand/Value/Fn::Join/1");
        StringBuilder command = new StringBuilder();
        parts.forEach(part -> command.append(part.isTextual() ? part.asText() : "VALUE"));
        assertThat(command)
                .hasToString("aws ecs run-task --launch-type FARGATE --cluster VALUE --task-definition VALUE"
                        + " --network-configuration 'awsvpcConfiguration={subnets=[VALUE,VALUE],securityGroups=[VALUE],"
                        + "assignPublicIp=ENABLED}' --overrides '{\"taskRoleArn\":\"VALUE\",\"containerOverrides\":"
                        + "[{\"name\":\"tributary\",\"command\":[\"status\"]}]}'");
    }

    @Test
    void anOpenEndpointWithoutTokensIsRefused() {
        assertThatThrownBy(() -> SynthesizedStack.of(DIRECTORY.resolve("open"), Map.of("allow", "0.0.0.0/0")))
                .hasMessageContaining("allow = 0.0.0.0/0: everybody at these addresses could read and write")
                .hasMessageContaining("-c tokens=NAME");
    }

    @Test
    void anOptionWithAnotherValueIsNamed() {
        assertThatThrownBy(() -> SynthesizedStack.of(DIRECTORY.resolve("none"), Map.of("keep-tables", "yes")))
                .hasMessageContaining("keep-tables = yes: expected true or false");
        assertThatThrownBy(() -> SynthesizedStack.of(DIRECTORY.resolve("none"), Map.of("workers", "x")))
                .hasMessageContaining("workers = x: expected a number");
    }

    @Test
    void aMisspelledOptionIsRefused() {
        assertThatThrownBy(() ->
                        SynthesizedStack.of(DIRECTORY.resolve("none"), Map.of("private-endpoint", "true", "workers", "1")))
                .hasMessageContaining("private-endpoint: no such option; there are config, stack, workers");
    }

    @Test
    void theContextThatCdkKeepsForItselfIsNoOption() {
        assertThatCode(() -> SynthesizedStack.of(
                        DIRECTORY.resolve("own-context"),
                        Map.of("@aws-cdk/core:newStyle", true, "availability-zones:account=1:region=x", List.of("x"))))
                .doesNotThrowAnyException();
    }

    @Test
    void aConfigurationWithErrorsIsRefusedWithAllOfThem() {
        assertThatThrownBy(() -> SynthesizedStack.of(DIRECTORY.resolve("none"), Map.of("config", "none.properties")))
                .hasMessageContaining("none.properties: no such file");
    }
}
