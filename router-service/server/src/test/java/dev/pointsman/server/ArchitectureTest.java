package dev.pointsman.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Which module may know which, over the whole application; each rule gives its reason. */
final class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // Other modules' tests come as archives, which the option above does not know.
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.pointsman");

  private static void holds(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void modules_dependDownwards_withoutCycles() {
    holds(
        slices()
            .matching("dev.pointsman.(*)..")
            .should()
            .beFreeOfCycles()
            .because(
                "a module that needs its user cannot be understood, tested or replaced alone"));
  }

  @Test
  void gateway_knowsNoDatabase() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.pointsman.gateway..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.sql..",
                "javax.sql..",
                "org.duckdb..",
                "org.h2..",
                "dev.pointsman.eventstore..",
                "dev.pointsman.control..")
            .because("a request must never wait for a database, so it has none within reach"));
  }

  @Test
  void gatewayAndTrainer_meetAtRevisionsOnly() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.pointsman.gateway..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.pointsman.trainer..")
            .because("the router goes on serving its last revision when there is no trainer"));
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.pointsman.trainer..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.pointsman.gateway..")
            .because("a trainer may run without a router in its process"));
  }

  @Test
  void sql_isWrittenInTheStoresOnly() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.pointsman.eventstore..", "dev.pointsman.control..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.sql..")
            .because(
                "events have one owner and people's data another; nobody else asks a database"));
  }

  @Test
  void netty_isKnownAtTheTwoEndsOnly() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "dev.pointsman.gateway.sink..", "dev.pointsman.gateway.upstream..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..")
            .because(
                "the request path between its two ends is sequential code without a framework"));
  }

  @Test
  void decisions_areDrawnInRoutingOnly() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "dev.pointsman.routing..",
                "dev.pointsman.gateway.pipeline..",
                "dev.pointsman.gateway",
                "dev.pointsman.server..",
                "dev.pointsman.replay..",
                "dev.pointsman.benchmarks..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.pointsman.routing.DecisionSampler")
            .because("a second place that draws would be a second meaning of the propensity"));
  }

  @Test
  void report_knowsNeitherPagesNorHttp() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.pointsman.report..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micronaut..", "gg.jte..", "dev.pointsman.dashboard..")
            .because("page, API and command line read the same judgement, so it belongs to none"));
  }
}
