package dev.pointsman.catalog;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses CATALOG =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.pointsman.catalog");

  @Test
  void catalog_ofOurModulesUsesRoutingOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are ours, but neither routing nor catalog",
                (JavaClass type) ->
                    type.getPackageName().startsWith("dev.pointsman.")
                        && !type.getPackageName().startsWith("dev.pointsman.routing")
                        && !type.getPackageName().startsWith("dev.pointsman.catalog")))
        .because("what is configured must be readable without running any of it")
        .check(CATALOG);
  }

  @Test
  void catalog_isFrameworkFree() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micronaut..", "jakarta..", "io.netty..", "java.net..", "java.sql..")
        .because("a configuration is checked in tests, tools and commands without a server")
        .check(CATALOG);
  }

  @Test
  void templateEngine_isKnownInOnePlace() {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.TemplateLanguage(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.hubspot..")
        .because("the template language is ours to define, and its engine to exchange")
        .check(CATALOG);
  }

  @Test
  void schemaValidator_isKnownInOnePlace() {
    noClasses()
        .that()
        .doNotHaveSimpleName("JsonSchema")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.networknt..")
        .because("callers see sentences about a value, not a library's messages")
        .check(CATALOG);
  }

  @Test
  void readers_stayInside() {
    classes()
        .that()
        .haveSimpleNameEndingWith("Reader")
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("CatalogReader")
        .should()
        .bePackagePrivate()
        .because("there is one way to read a configuration, and it checks the whole")
        .check(CATALOG);
  }
}
