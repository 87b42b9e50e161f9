package dev.tributary.cdk;

import dev.tributary.daemon.policy.Program;
import dev.tributary.daemon.policy.TableAccess;
import dev.tributary.daemon.policy.TablePermissions;
import dev.tributary.daemon.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InterfaceVpcEndpoint;
import software.amazon.awscdk.services.ec2.InterfaceVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.InterfaceVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcLookupOptions;

/**
 * The network of the daemons. Without private endpoints they have public addresses, at which nothing may call them: that is
 * cheaper than a NAT gateway. With private endpoints they have no way to the Internet.
 */
final class StackNetwork {

    private static final String WORKERS = "workers";

    private final Stack stack;
    private final boolean isPrivate;
    private final boolean isOwn;
    private final IVpc vpc;
    private @Nullable String streamsEndpoint;

    StackNetwork(Stack stack, Settings settings, DeployOptions options) {
        this.stack = stack;
        this.isPrivate = options.privateEndpoints();
        this.isOwn = options.vpc().isEmpty();
        this.vpc = options.vpc()
                .map(id -> Vpc.fromLookup(
                        stack, "Network", VpcLookupOptions.builder().vpcId(id).build()))
                .orElseGet(this::own);
        if (isPrivate) {
            addEndpoints(settings, options);
            warnOfOtherRegions(settings);
        }
    }

    private IVpc own() {
        SubnetConfiguration open = SubnetConfiguration.builder()
                .name("public")
                .subnetType(SubnetType.PUBLIC)
                .build();
        SubnetConfiguration workers = SubnetConfiguration.builder()
                .name(WORKERS)
                .subnetType(SubnetType.PRIVATE_ISOLATED)
                .build();
        return Vpc.Builder.create(stack, "Network")
                .maxAzs(2)
                .natGateways(0)
                .restrictDefaultSecurityGroup(false)
                .subnetConfiguration(isPrivate ? List.of(open, workers) : List.of(open))
                .gatewayEndpoints(Map.of("DynamoDb", gateway(GatewayVpcEndpointAwsService.DYNAMODB)))
                .build();
    }

    private static GatewayVpcEndpointOptions gateway(GatewayVpcEndpointAwsService service) {
        return GatewayVpcEndpointOptions.builder().service(service).build();
    }

    private void addEndpoints(Settings settings, DeployOptions options) {
        if (!isOwn) {
            vpc.addGatewayEndpoint("DynamoDb", gateway(GatewayVpcEndpointAwsService.DYNAMODB));
        }
        // The layers of images are there.
        vpc.addGatewayEndpoint("S3", gateway(GatewayVpcEndpointAwsService.S3));
        add("Ecr", InterfaceVpcEndpointAwsService.ECR, true);
        add("EcrDocker", InterfaceVpcEndpointAwsService.ECR_DOCKER, true);
        add("Logs", InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, true);
        if (options.tokens().isPresent()) {
            add("Secrets", InterfaceVpcEndpointAwsService.SECRETS_MANAGER, true);
        }
        if (permissions(settings).anyMatch(table -> table.role().isPresent())) {
            add("Roles", InterfaceVpcEndpointAwsService.STS, true);
        }
        // Endpoints of streams do not take the place of the service's public name.
        InterfaceVpcEndpoint streams = add("Streams", InterfaceVpcEndpointAwsService.DYNAMODB_STREAMS, false);
        String name = Fn.select(1, Fn.split(":", Fn.select(0, streams.getVpcEndpointDnsEntries())));
        streamsEndpoint = "https://" + name;
    }

    /** A table of another region may have an endpoint in the configuration, or the network a way to it. */
    private void warnOfOtherRegions(Settings settings) {
        SortedSet<String> others = permissions(settings)
                .flatMap(table -> table.region().stream())
                .filter(region -> !region.equals(stack.getRegion()))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!others.isEmpty()) {
            Annotations.of(stack)
                    .addWarning("private-endpoints = true: the endpoints reach tables of the region of the stack only;"
                            + " the configuration also has tables of " + String.join(", ", others));
        }
    }

    private static Stream<TableAccess> permissions(Settings settings) {
        return TablePermissions.of(settings, Program.DAEMON, false).stream();
    }

    private InterfaceVpcEndpoint add(String id, InterfaceVpcEndpointAwsService service, boolean privateDns) {
        return vpc.addInterfaceEndpoint(
                id,
                InterfaceVpcEndpointOptions.builder()
                        .service(service)
                        .privateDnsEnabled(privateDns)
                        .build());
    }

    IVpc vpc() {
        return vpc;
    }

    /** The address of the streams' private endpoint; empty without. */
    Optional<String> streamsEndpoint() {
        return Optional.ofNullable(streamsEndpoint);
    }

    /** The subnets of the daemons. */
    SubnetSelection workers() {
        if (!isOwn && !isPrivate) {
            return SubnetSelection.builder()
                    .subnetType(SubnetType.PRIVATE_WITH_EGRESS)
                    .build();
        }
        return SubnetSelection.builder()
                .subnetType(isPrivate ? SubnetType.PRIVATE_ISOLATED : SubnetType.PUBLIC)
                .build();
    }

    /** Whether the daemons need a public address to reach AWS. */
    boolean hasPublicAddresses() {
        return isOwn && !isPrivate;
    }
}
