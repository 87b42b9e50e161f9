package dev.tributary.config;

import java.util.function.Consumer;

/** Reports errors between keys, by the names their keys have in the configuration. */
abstract class Reports {

    final Values values;
    final Consumer<ConfigError> errors;

    Reports(Values values, Consumer<ConfigError> errors) {
        this.values = values;
        this.errors = errors;
    }

    final void report(Key<?> key, Object value, String problem, String remedy, String... names) {
        report(values.label(key, names), value.toString(), problem, remedy);
    }

    final void report(String label, String value, String problem, String remedy) {
        errors.accept(ConfigError.of(label, value, problem, remedy));
    }

    final void report(String label, String problem, String remedy) {
        errors.accept(ConfigError.of(label, problem, remedy));
    }
}
