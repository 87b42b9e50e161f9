package dev.tributary;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The dependencies between packages are those of the diagram in {@code src/docs/design.md}. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tributary");

    @Test
    void theRulesSeeTheWholeProgram() {
        assertThat(CLASSES).hasSizeGreaterThan(400);
    }

    @Test
    void noPackageHasMoreClassesThanCanBeReadAtOnce() {
        Map<String, Long> sizes = CLASSES.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getPackageName, counting()));
        assertThat(sizes.values()).allSatisfy(size -> assertThat(size).isLessThanOrEqualTo(27));
    }

    @Test
    void importsGoOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("main")
                .definedBy("dev.tributary")
                .layer("cli")
                .definedBy("dev.tributary.cli..")
                .layer("daemon")
                .definedBy("dev.tributary.daemon..")
                .layer("inspect")
                .definedBy("dev.tributary.inspect..")
                .layer("edges")
                .definedBy(
                        "dev.tributary.stream..", "dev.tributary.jobs..", "dev.tributary.http..", "dev.tributary.local")
                .layer("work")
                .definedBy("dev.tributary.replication", "dev.tributary.items..")
                .layer("parts")
                .definedBy(
                        "dev.tributary.acknowledgement",
                        "dev.tributary.projection",
                        "dev.tributary.ordering",
                        "dev.tributary.table",
                        "dev.tributary.deadletter",
                        "dev.tributary.idempotency",
                        "dev.tributary.latewrite",
                        "dev.tributary.document")
                .layer("dynamo")
                .definedBy("dev.tributary.dynamo")
                .layer("base")
                .definedBy("dev.tributary.telemetry", "dev.tributary.config", "dev.tributary.model")
                .whereLayer("main")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayOnlyBeAccessedByLayers("main")
                .whereLayer("daemon")
                .mayOnlyBeAccessedByLayers("main", "cli")
                .whereLayer("inspect")
                .mayOnlyBeAccessedByLayers("cli", "daemon")
                .whereLayer("edges")
                .mayOnlyBeAccessedByLayers("cli", "daemon", "inspect")
                .whereLayer("work")
                .mayOnlyBeAccessedByLayers("cli", "daemon", "inspect", "edges")
                .whereLayer("parts")
                .mayOnlyBeAccessedByLayers("cli", "daemon", "inspect", "edges", "work")
                .whereLayer("dynamo")
                .mayOnlyBeAccessedByLayers("cli", "daemon", "inspect", "edges", "work", "parts")
                .check(CLASSES);
    }

    @Test
    void partsKnowNothingOfOneAnother() {
        slices().matching(
                        "dev.tributary.(acknowledgement|projection|table|deadletter|idempotency|latewrite|document)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void edgesKnowNothingOfOneAnother() {
        slices().matching("dev.tributary.(stream|jobs|http|local)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void replicationAndItemsKnowNothingOfEachOther() {
        slices().matching("dev.tributary.(replication|items)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    @Test
    void httpIsBuiltFromTheReplyUpwards() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("wiring")
                .definedBy("dev.tributary.http")
                .layer("bulk")
                .definedBy("dev.tributary.http.bulk")
                .layer("openapi")
                .definedBy("dev.tributary.http.openapi")
                .layer("status")
                .definedBy("dev.tributary.http.status")
                .layer("items")
                .definedBy("dev.tributary.http.items")
                .layer("access")
                .definedBy("dev.tributary.http.access")
                .layer("server")
                .definedBy("dev.tributary.http.server")
                .layer("file")
                .definedBy("dev.tributary.http.file")
                .layer("log")
                .definedBy("dev.tributary.http.log")
                .layer("reply")
                .definedBy("dev.tributary.http.reply")
                .whereLayer("wiring")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("bulk")
                .mayOnlyBeAccessedByLayers("wiring")
                .whereLayer("openapi")
                .mayOnlyBeAccessedByLayers("wiring")
                .whereLayer("status")
                .mayOnlyBeAccessedByLayers("wiring")
                .whereLayer("items")
                .mayOnlyBeAccessedByLayers("wiring", "bulk", "openapi")
                .whereLayer("access")
                .mayOnlyBeAccessedByLayers("wiring", "bulk", "openapi", "status", "items")
                .whereLayer("server")
                .mayOnlyBeAccessedByLayers("wiring", "bulk", "openapi", "status", "items", "access")
                .whereLayer("file")
                .mayOnlyBeAccessedByLayers("wiring", "access", "server")
                .whereLayer("log")
                .mayOnlyBeAccessedByLayers("wiring", "server")
                .check(CLASSES);
    }

    @Test
    void theDaemonIsPutTogetherFromItsTablesAndSettings() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("wiring")
                .definedBy("dev.tributary.daemon")
                .layer("jobs")
                .definedBy("dev.tributary.daemon.jobs")
                .layer("status")
                .definedBy("dev.tributary.daemon.status")
                .layer("policy")
                .definedBy("dev.tributary.daemon.policy")
                .layer("tables")
                .definedBy("dev.tributary.daemon.tables")
                .layer("settings")
                .definedBy("dev.tributary.daemon.settings")
                .whereLayer("wiring")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("jobs")
                .mayOnlyBeAccessedByLayers("wiring", "status")
                .whereLayer("status")
                .mayOnlyBeAccessedByLayers("wiring")
                .whereLayer("policy")
                .mayOnlyBeAccessedByLayers("wiring")
                .whereLayer("tables")
                .mayOnlyBeAccessedByLayers("wiring", "jobs", "status", "policy")
                .check(CLASSES);
    }

    @Test
    void streamReadsThroughLeases() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("application")
                .definedBy("dev.tributary.stream")
                .layer("lag")
                .definedBy("dev.tributary.stream.lag")
                .layer("read")
                .definedBy("dev.tributary.stream.read")
                .layer("lease")
                .definedBy("dev.tributary.stream.lease")
                .whereLayer("application")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("lag")
                .mayOnlyBeAccessedByLayers("application")
                .whereLayer("read")
                .mayOnlyBeAccessedByLayers("application", "lag")
                .check(CLASSES);
    }

    @Test
    void configKnowsNoFeature() {
        noClasses()
                .that()
                .resideInAPackage("dev.tributary.config")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.tributary..").and(resideOutsideOfPackage("dev.tributary.config")))
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.tributary.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyTheStreamPackageKnowsKclAndTheAdapter() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tributary.stream..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("software.amazon.kinesis..", "com.amazonaws..")
                .check(CLASSES);
    }

    @Test
    void onlyTheLocalPackageKnowsDynamoDbLocal() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tributary.local")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon.dynamodb..")
                .check(CLASSES);
    }

    @Test
    void orderingKnowsNothingOfDynamoDb() {
        noClasses()
                .that()
                .resideInAPackage("dev.tributary.ordering")
                .should()
                .dependOnClassesThat(resideInAPackage("software.amazon..")
                        .or(resideInAPackage("dev.tributary..").and(not(resideInAPackage("dev.tributary.ordering")))))
                .check(CLASSES);
    }

    @Test
    void onlyMainEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("dev.tributary.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(CLASSES);
    }

    @Test
    void wallClocksAreInjected() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tributary.cli..", "dev.tributary.daemon..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .check(CLASSES);
    }

    @Test
    void noClassIsNamedAfterItsCategory() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Impl")
                .or()
                .haveSimpleNameEndingWith("Utils")
                .or()
                .haveSimpleNameEndingWith("Manager")
                .should()
                .notBeTopLevelClasses()
                .allowEmptyShould(true)
                .because("such names say nothing of what a class is for")
                .check(CLASSES);
    }
}
