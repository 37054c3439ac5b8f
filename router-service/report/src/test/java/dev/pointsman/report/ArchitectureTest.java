package dev.pointsman.report;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses REPORT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.pointsman.report");

  @Test
  void report_knowsNoHttpAndNoPages() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.micronaut..", "io.netty..", "java.net..", "gg.jte..", "dev.pointsman.dashboard..")
        .because("pages, API, command line and tests read the same records, so figures agree")
        .check(REPORT);
  }

  @Test
  void report_asksTheStoreAndWritesNoSql() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "org.duckdb..")
        .because("another engine will stand behind the same queries")
        .check(REPORT);
  }

  @Test
  void report_neverWritesEvents() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("dev.pointsman.eventlog.EventLog")
        .because("looking at figures must not change them")
        .check(REPORT);
  }

  @Test
  void report_readsNoClock() {
    noClasses()
        .should()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .because("take InstantSource; what is matured depends on the time and must be testable")
        .check(REPORT);
  }
}
