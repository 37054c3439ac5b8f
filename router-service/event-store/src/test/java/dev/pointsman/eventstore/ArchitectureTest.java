package dev.pointsman.eventstore;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses STORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.pointsman.eventstore");

  @Test
  void store_dependsOnlyOnTheLogAndTheEngine() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pointsman.eventstore..",
            "dev.pointsman.eventlog..",
            "dev.pointsman.routing..",
            "java..",
            "javax.sql..",
            "javax.crypto..",
            "org.duckdb..",
            "org.apache.arrow..",
            "com.clickhouse..",
            "org.flywaydb..",
            "com.fasterxml.jackson.core..",
            "org.slf4j..",
            "org.jspecify..")
        .because("trainer, report and replay use the store and none of them may come along with it")
        .check(STORE);
  }

  @Test
  void engine_isNotInPublicSignatures() {
    noClasses()
        .that()
        .arePublic()
        .and()
        .doNotHaveSimpleName("EventStore")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.duckdb..", "org.apache.arrow..", "com.clickhouse..", "org.flywaydb..")
        .because("another engine will stand behind the same queries")
        .check(STORE);
  }

  @Test
  void classes_areFinalAndMostlyHidden() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .areNotAnonymousClasses()
        .should()
        .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
        .because("nothing here is meant to be extended")
        .check(STORE);
  }
}
