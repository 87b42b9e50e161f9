package dev.tributary.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version of the program, from the manifest of its jar. */
final class Version implements IVersionProvider {

    static String current() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development version");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"tributary " + current()};
    }
}
