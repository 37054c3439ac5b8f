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
  void pages_askReportsOnly() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.pointsman.dashboard", "dev.pointsman.dashboard.chart..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.pointsman.eventstore..", "dev.pointsman.control..")
        .because("a page that computes its own figure will show another one than the API")
        .check(DASHBOARD);
  }

  @Test
  void dashboard_knowsNeitherTrainerNorGateway() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.pointsman.trainer..", "dev.pointsman.gateway..")
        .because("it shows what was logged, wherever the router that logged it runs")
        .check(DASHBOARD);
  }

  @Test
  void queries_knowNoDatasetsAndNoPages() {
    noClasses()
        .that()
        .resideInAPackage("dev.pointsman.dashboard.query..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.pointsman.dashboard", "dev.pointsman.dashboard.datasets..")
        .because("datasets are made of what queries find, and neither of them is a page")
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
        .resideInAnyPackage("dev.pointsman.dashboard", "dev.pointsman.dashboard.chart..")
        .and()
        .doNotHaveSimpleName("Figures")
        .and()
        .haveNameNotMatching(".*Jtedecision.*")
        .and()
        .doNotHaveSimpleName("UiController")
        .and()
        .doNotHaveSimpleName("ApiController")
        .and()
        .doNotHaveSimpleName("LookUpController")
        .and()
        .doNotHaveSimpleName("LiveParameters")
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
