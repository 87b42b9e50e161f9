package dev.tributary;

import dev.tributary.cli.Cli;

/** Entry point, and the only place that ends the process. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        System.exit(Cli.execute(args));
    }
}
