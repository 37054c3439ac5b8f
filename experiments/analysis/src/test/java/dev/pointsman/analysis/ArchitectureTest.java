package dev.pointsman.analysis;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.pointsman.analysis");

  @Test
  void statistics_arePureFunctions() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pointsman.analysis..",
            "java.lang..",
            "java.util..",
            "org.apache.commons..",
            "org.jspecify..")
        .because("figures must be the same wherever they are computed: no store, no framework")
        .check(CLASSES);
  }

  @Test
  void statistics_readNoClockAndNoRandomness() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.time\\..*|java\\.util\\.(Random|concurrent\\..*)")
        .because("a report over the same rows must be the same report")
        .check(CLASSES);
  }
}
