package dev.tributary.cdk;

import java.util.List;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.IPeer;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.Peer;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ecs.FargateService;
import software.amazon.awscdk.services.elasticloadbalancingv2.AddApplicationTargetsProps;
import software.amazon.awscdk.services.elasticloadbalancingv2.ApplicationListener;
import software.amazon.awscdk.services.elasticloadbalancingv2.ApplicationLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.ApplicationProtocol;
import software.amazon.awscdk.services.elasticloadbalancingv2.BaseApplicationListenerProps;
import software.amazon.awscdk.services.elasticloadbalancingv2.HealthCheck;
import software.amazon.awscdk.services.elasticloadbalancingv2.ListenerCertificate;
import software.constructs.Construct;

/** A load balancer in front of the daemons: for the network only, or for given addresses. */
record StackEndpoint(Construct stack, IVpc vpc) {

    /** Time after which the load balancer closes an idle connection; a daemon has to close it later, or a request is lost. */
    static final java.time.Duration IDLE_TIMEOUT = java.time.Duration.ofSeconds(60);

    void add(FargateService service, DeployOptions options) {
        boolean isPublic = !options.allow().isEmpty();
        ApplicationLoadBalancer balancer = ApplicationLoadBalancer.Builder.create(stack, "LoadBalancer")
                .vpc(vpc)
                .internetFacing(isPublic)
                .idleTimeout(Duration.seconds(IDLE_TIMEOUT.toSeconds()))
                .dropInvalidHeaderFields(true)
                .build();
        int port = options.certificate().isPresent() ? 443 : 80;
        BaseApplicationListenerProps.Builder props = BaseApplicationListenerProps.builder()
                .port(port)
                .protocol(options.certificate().isPresent() ? ApplicationProtocol.HTTPS : ApplicationProtocol.HTTP)
                .open(false);
        options.certificate().ifPresent(arn -> props.certificates(List.of(ListenerCertificate.fromArn(arn))));
        ApplicationListener listener = balancer.addListener("Http", props.build());
        List<IPeer> callers = isPublic
                ? options.allow().stream().map(Peer::ipv4).toList()
                : List.of(Peer.ipv4(vpc.getVpcCidrBlock()));
        callers.forEach(caller -> listener.getConnections().allowFrom(caller, Port.tcp(port)));
        listener.addTargets(
                "Daemons",
                AddApplicationTargetsProps.builder()
                        .port(ContainerEnvironment.HTTP_PORT)
                        .protocol(ApplicationProtocol.HTTP)
                        .targets(List.of(service))
                        .deregistrationDelay(Duration.seconds(10))
                        // Any answer: a daemon that a table fails is not replaced, and without a token it answers 401.
                        .healthCheck(HealthCheck.builder()
                                .path("/openapi.json")
                                .healthyHttpCodes("200-499")
                                .interval(Duration.seconds(30))
                                .build())
                        .build());
        CfnOutput.Builder.create(stack, "Endpoint")
                .value((port == 443 ? "https://" : "http://") + balancer.getLoadBalancerDnsName())
                .build();
    }
}
