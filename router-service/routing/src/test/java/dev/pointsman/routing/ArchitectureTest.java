package dev.pointsman.routing;

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
          .importPackages("dev.pointsman.routing");

  @Test
  void decisionCode_isFrameworkFree() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.pointsman.routing..",
            "java..",
            "org.jspecify.annotations",
            "com.fasterxml.jackson.core..",
            "com.github.benmanes.caffeine..",
            "org.apache.commons.math3..")
        .because(
            "a decision must be computed alike in the router, the trainer, replay and a notebook; a"
                + " framework would come along to all of them")
        .check(CLASSES);
  }

  @Test
  void decisionCode_doesNoInputOrOutput() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..", "java.nio.channels..", "java.net..", "java.sql..", "javax..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.io\\.(File|RandomAccess|Console|PrintStream).*")
        .because(
            "a decision is made between a client and a provider: nothing there may wait for a disk"
                + " or a network")
        .check(CLASSES);
  }

  @Test
  void decisionCode_readsNoClock() {
    noClasses()
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(java.time.Clock.class)
        .because("take InstantSource; replays must be exact")
        .check(CLASSES);
  }

  @Test
  void decisionCode_drawsNoUnseededRandomness() {
    noClasses()
        .should()
        .callMethod(java.util.UUID.class, "randomUUID")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(java.util.random.RandomGenerator.class)
        .because("a draw is a keyed hash of its unit, so that it can be repeated and checked")
        .check(CLASSES);
  }

  @Test
  void policies_neverDraw() {
    noClasses()
        .that()
        .implement(Policy.class)
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(KeyedHash.class, DecisionSampler.class, TensorZeroDraw.class)
        .because(
            "the sampler alone draws, so that every logged propensity is right by construction")
        .check(CLASSES);
  }

  @Test
  void propensityCheck_doesNotUseTheSampler() {
    noClasses()
        .that()
        .haveNameMatching(".*\\.PropensityCheck.*")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(DecisionSampler.class)
        .because("a check that runs the code it checks finds nothing")
        .check(CLASSES);
  }

  @Test
  void naturalLogarithm_isTheStrictOne() {
    noClasses()
        .should()
        .callMethod(Math.class, "log", double.class)
        .orShould()
        .callMethod(Math.class, "exp", double.class)
        .orShould()
        .callMethod(Math.class, "pow", double.class, double.class)
        .because("Math's may differ in the last bit between machines, and a draw may hang on it")
        .check(CLASSES);
  }

  @Test
  void concreteClasses_areFinal() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
        .because("policies are added by implementing Policy, never by extending one")
        .check(CLASSES);
  }
}
