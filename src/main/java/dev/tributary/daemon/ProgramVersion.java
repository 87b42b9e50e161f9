package dev.tributary.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of the program, from a file that the build writes. */
public final class ProgramVersion implements IVersionProvider {

    static String current() {
        return read().getProperty("version");
    }

    private static Properties read() {
        try (InputStream file = ProgramVersion.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            properties.load(file);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException("version.properties cannot be read", e);
        }
    }

    /** What a report of a fault needs: version, commit and JVM. */
    @Override
    public String[] getVersion() {
        String commit = read().getProperty("commit");
        return new String[] {
            "tributary " + current() + (commit.isEmpty() ? "" : " (commit " + commit + ")"),
            "Java %s, %s, %s %s"
                    .formatted(
                            System.getProperty("java.version"),
                            System.getProperty("java.vm.name"),
                            System.getProperty("os.name"),
                            System.getProperty("os.arch"))
        };
    }
}
