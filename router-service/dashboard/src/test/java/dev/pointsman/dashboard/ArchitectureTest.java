package dev.pointsman.dashboard;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses DASHBOARD =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.pointsman.dashboard");

  @Test
  void dashboard_asksReportsOnly() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.pointsman.eventstore..", "dev.pointsman.trainer..", "dev.pointsman.gateway..")
        .because("a page that computes its own figure will show another one than the API")
        .check(DASHBOARD);
  }

  @Test
  void dashboard_writesNoSql() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "org.duckdb..")
        .because("queries are the store's")
        .check(DASHBOARD);
  }

  @Test
  void events_areKnownWhereOneIsShown() {
    // A decision's story holds the logged event itself: the page must show what was logged, and a
    // copy of forty fields could differ from it.
    noClasses()
        .that()
        .doNotHaveSimpleName("Figures")
        .and()
        .haveNameNotMatching(".*Jtedecision.*")
        .and()
        .doNotHaveSimpleName("UiController")
        .and()
        .doNotHaveSimpleName("ApiController")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.pointsman.eventlog..")
        .because("everything but one decision's story is read through report records")
        .check(DASHBOARD);
  }

  @Test
  void charts_areText() {
    noClasses()
        .that()
        .resideInAPackage("dev.pointsman.dashboard.chart..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micronaut..", "gg.jte..", "jakarta..")
        .because("the same charts go into mails, files and terminals")
        .check(DASHBOARD);
  }
}
