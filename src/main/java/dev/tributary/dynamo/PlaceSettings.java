package dev.tributary.dynamo;

import dev.tributary.config.Option;
import java.net.URI;
import java.util.Optional;

/** The settings of the place of a table, where it differs from that of the others. */
public record PlaceSettings(
        @Option(
                key = "region",
                pattern = PlaceSettings.REGION_PATTERN,
                expected = PlaceSettings.REGION,
                example = "eu-central-1",
                doc = "Region of the table. Without it: that of its ARN, or `aws.region`.")
        Optional<String> region,

        @Option(
                key = "endpoint",
                example = "http://127.0.0.1:8000",
                doc = "Endpoint of the table. Without it: `aws.endpoint`.")
        Optional<URI> endpoint,

        @Option(
                key = "role",
                pattern = "arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}",
                expected = "the ARN of a role",
                example = "arn:aws:iam::111122223333:role/tributary",
                doc = """
                Role to assume for the calls to the table, and to its stream if it is a source: for tables of other accounts.
                The daemon's own tables are used without it, except those for idempotency keys. See
                [aws.md](aws.md#other-accounts).""")
        Optional<String> role,

        @Option(
                key = "account",
                pattern = "[0-9]{12}",
                expected = "an account of 12 digits",
                example = "111122223333",
                doc = """
                Account of the table. Without it: that of its ARN, or of `role`. A start is refused if the table that the
                credentials reach is in another one.""")
        Optional<String> account) {

    /** What a region has to be. */
    public static final String REGION = "the code of a region";

    /** Matches what {@link #REGION} describes. */
    public static final String REGION_PATTERN = "[a-z][a-z0-9-]{0,62}";

    /** Where the others are. */
    public static final PlaceSettings DEFAULT =
            new PlaceSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final int ACCOUNT_OF_ARN = 4;

    /** The account of the role. */
    Optional<String> roleAccount() {
        return role.map(arn -> arn.split(":", -1)[ACCOUNT_OF_ARN]);
    }

    /** The account in which the table has to be, if anything says so. */
    public Optional<String> expectedAccount() {
        return account.or(this::roleAccount);
    }

    /** The same region and endpoint, in the account of the daemon. */
    public PlaceSettings withoutRole() {
        return new PlaceSettings(region, endpoint, Optional.empty(), Optional.empty());
    }
}
