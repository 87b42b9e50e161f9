package dev.tributary.dynamo;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ARN of a table, which settings may give in place of its name. */
public record TableArn(String region, String account, String table) {

    private static final Pattern ARN = Pattern.compile(
            "arn:aws[a-z-]*:dynamodb:(?<region>[a-z0-9-]+):(?<account>[0-9]{12}):table/(?<table>[A-Za-z0-9_.-]{3,255})");

    /** Empty if the text is no ARN. */
    public static Optional<TableArn> parse(String text) {
        Matcher matcher = ARN.matcher(text);
        return matcher.matches()
                ? Optional.of(new TableArn(matcher.group("region"), matcher.group("account"), matcher.group("table")))
                : Optional.empty();
    }

    /** The name of a table; the text itself if it is a name, or an ARN that contradicts the location. */
    public static String name(String text, Location location) {
        return parse(text)
                .filter(arn -> arn.fits(location))
                .map(TableArn::table)
                .orElse(text);
    }

    /** The location with what the ARN says of it; the same if the text is a name, or contradicts it. */
    public static Location location(String text, Location location) {
        return parse(text)
                .filter(arn -> arn.fits(location))
                .map(arn -> new Location(
                        Optional.of(arn.region()), location.endpoint(), location.role(), Optional.of(arn.account())))
                .orElse(location);
    }

    private boolean fits(Location location) {
        return location.region().filter(other -> !other.equals(region)).isEmpty()
                && location.account().filter(other -> !other.equals(account)).isEmpty()
                && location.roleAccount()
                        .filter(other -> !other.equals(account))
                        .isEmpty();
    }
}
