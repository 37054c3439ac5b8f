package dev.pointsman.eventlog;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.pointsman.eventlog");

  @Test
  void eventLog_knowsOnlyRouting() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.pointsman.catalog..",
            "dev.pointsman.eventstore..",
            "dev.pointsman.gateway..",
            "dev.pointsman.trainer..",
            "io.micronaut..",
            "io.netty..",
            "java.sql..")
        .because("the log is below the request path and the stores, and runs without either")
        .check(CLASSES);
  }

  @Test
  void events_areWrittenWithoutReflection() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.lang.reflect..", "com.fasterxml.jackson.databind..")
        .because("a renamed field must not change what is stored, and the path takes no reflection")
        .check(CLASSES);
  }

  @Test
  void eventLog_readsNoClock() {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .because(
            "ids and times are minted before an event is made; storage writes them as they are")
        .check(CLASSES);
  }

  @Test
  void eventLog_takesNoMonitor() {
    noClasses()
        .should()
        .callMethod(Object.class, "wait")
        .orShould()
        .callMethod(Object.class, "notifyAll")
        .because("appends park virtual threads; locks and conditions keep their carriers free")
        .check(CLASSES);
  }
}
