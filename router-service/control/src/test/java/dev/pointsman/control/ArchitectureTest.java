package dev.pointsman.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.pointsman.control");

  @Test
  void control_knowsNoRequestsAndNoEvents() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.pointsman.gateway..",
            "dev.pointsman.eventlog..",
            "dev.pointsman.eventstore..",
            "io.micronaut.http..")
        .because("what people decided is kept apart from what happened, and asked by plain calls")
        .check(CLASSES);
  }
}
