package dev.tributary.cdk;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointAwsService;
import software.amazon.awscdk.services.ec2.GatewayVpcEndpointOptions;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetConfiguration;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.ec2.SubnetType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcLookupOptions;
import software.constructs.Construct;

/**
 * The network of the daemons. In one of the stack they have public addresses, at which nothing may call them: that is
 * cheaper than a NAT gateway. Calls to tables go through a gateway endpoint there.
 */
final class StackNetwork {

    private final Construct stack;
    private final boolean isOwn;
    private final IVpc vpc;

    StackNetwork(Construct stack, DeployOptions options) {
        this.stack = stack;
        this.isOwn = options.vpc().isEmpty();
        this.vpc = options.vpc()
                .map(id -> Vpc.fromLookup(
                        stack, "Network", VpcLookupOptions.builder().vpcId(id).build()))
                .orElseGet(this::own);
    }

    private IVpc own() {
        SubnetConfiguration open = SubnetConfiguration.builder()
                .name("public")
                .subnetType(SubnetType.PUBLIC)
                .build();
        return Vpc.Builder.create(stack, "Network")
                .maxAzs(2)
                .natGateways(0)
                .restrictDefaultSecurityGroup(false)
                .subnetConfiguration(List.of(open))
                .gatewayEndpoints(Map.of("DynamoDb", gateway(GatewayVpcEndpointAwsService.DYNAMODB)))
                .build();
    }

    private static GatewayVpcEndpointOptions gateway(GatewayVpcEndpointAwsService service) {
        return GatewayVpcEndpointOptions.builder().service(service).build();
    }

    IVpc vpc() {
        return vpc;
    }

    /** The subnets of the daemons. */
    SubnetSelection workers() {
        return SubnetSelection.builder()
                .subnetType(isOwn ? SubnetType.PUBLIC : SubnetType.PRIVATE_WITH_EGRESS)
                .build();
    }

    /** Whether the daemons need a public address to reach AWS. */
    boolean hasPublicAddresses() {
        return isOwn;
    }
}
