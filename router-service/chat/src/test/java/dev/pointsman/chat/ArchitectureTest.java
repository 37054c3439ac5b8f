package dev.pointsman.chat;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.pointsman.chat");

  @Test
  void chat_knowsNoHttpAndNoStore() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.micronaut..", "io.netty..", "java.sql..", "dev.pointsman.eventlog..")
        .because("the request path and the datasets read the same inputs with the same words")
        .check(CLASSES);
  }

  @Test
  void json_knowsNoConversation() {
    noClasses()
        .that()
        .resideInAPackage("dev.pointsman.chat.json..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.pointsman.chat")
        .because("a reader of fields does not know what is in them")
        .check(CLASSES);
  }
}
