package dev.pointsman.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.reflect.AccessFlag;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What may know what on the request path; each rule gives its reason. */
final class ArchitectureTest {

  private static final String GATEWAY = "dev.pointsman.gateway";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // Bean definitions, which the annotation processor writes beside the classes.
          .withImportOption(location -> !location.matches(Pattern.compile(".*/\\$[^/]*\\.class")))
          .importPackages(GATEWAY);

  private static void holds(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void packages_areFreeOfCycles() {
    holds(
        slices()
            .matching(GATEWAY + ".(**)")
            .should()
            .beFreeOfCycles()
            .because("a package that needs its user cannot be understood or tested alone"));
  }

  @Test
  void wireTypesOfProviders_stayInTheirPackage() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage(GATEWAY + ".provider.*..")
            .and()
            .doNotHaveSimpleName("GatewayBeans")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(GATEWAY + ".provider.*..")
            .because(
                "a protocol of ours that knew one of theirs could not be served by another"
                    + " provider"));
  }

  @Test
  void providers_doNotKnowEachOther() {
    holds(
        slices()
            .matching(GATEWAY + ".provider.(*)..")
            .should()
            .notDependOnEachOther()
            .because("a provider is added and removed with its package, and nothing else changes"));
  }

  @Test
  void providers_knowNeitherCallersNorTheirProtocols() {
    holds(
        noClasses()
            .that()
            .resideInAPackage(GATEWAY + ".provider..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                GATEWAY + ".surface..",
                GATEWAY + ".dialect..",
                GATEWAY + ".pipeline..",
                GATEWAY + ".sink..",
                GATEWAY + ".attempt..",
                GATEWAY + ".snapshot..")
            .because(
                "what a provider answers must not depend on who asked, or on what else is tried"));
  }

  @Test
  void netty_isKnownAtTheTwoEndsOnly() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages(GATEWAY + ".sink..", GATEWAY + ".upstream..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..")
            .because("between its two ends a request is sequential code without a framework"));
  }

  @Test
  void belowTheSurfaces_thereIsNoHttpAndNoFramework() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                GATEWAY + ".surface..", GATEWAY + ".sink..", GATEWAY + ".upstream..")
            .and()
            .doNotHaveSimpleName("GatewayBeans")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micronaut..", "jakarta..", "java.net.http..")
            .because(
                "the same pipeline serves every protocol, and its tests and benchmarks need no"
                    + " server"));
  }

  @Test
  void requestThreads_reachNoBlockingInputOrOutput() {
    holds(
        noClasses()
            .that(
                DescribedPredicate.describe(
                    "do not run before the first request or on threads of their own",
                    (JavaClass type) ->
                        !Set.of("UpstreamTls", "UpstreamConfig", "HostLookup", "NettyUpstreams")
                            .contains(type.getSimpleName())))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.nio.file..", "java.nio.channels..", "javax.net..", "java.sql..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                "java\\.io\\.(File|FileInput|FileOutput|RandomAccess|Piped|Console).*"
                    + "|java\\.net\\.(Socket|ServerSocket|Datagram|InetAddress|URLConnection|HttpURL).*"
                    + "|java\\.lang\\.(Process|ProcessBuilder)")
            .because(
                "a request thread may be carried by an event loop: what blocks it natively stops"
                    + " every request of that loop"));
  }

  @Test
  void locks_areNotTakenOnTheWay() {
    holds(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.concurrent\\.(locks\\..*Lock|Semaphore)")
            .because(
                "a request waits for its provider, its caller and the log, never for another"));
  }

  /** Bytecode, because a synchronized block leaves no other trace. */
  @Test
  void monitors_guardMemoryOfTheTwoEndsOnly() throws IOException {
    Set<String> holders = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      if (type.getSource().isPresent() && entersAMonitor(type)) {
        holders.add(type.getSimpleName());
      }
    }
    assertThat(holders)
        .as(
            "where request thread and event loop meet a monitor guards a few fields, and writers of"
                + " the snapshot take turns; anywhere else it would make requests wait for each"
                + " other")
        .containsExactly("ActiveSnapshot", "NettyAnswerSink", "NettyUpstreamExchange");
  }

  private static boolean entersAMonitor(JavaClass type) throws IOException {
    try (InputStream in = type.getSource().orElseThrow().getUri().toURL().openStream()) {
      ClassModel model = ClassFile.of().parse(in.readAllBytes());
      for (MethodModel method : model.methods()) {
        boolean block =
            method
                .code()
                .map(
                    code ->
                        code.elementStream().anyMatch(step -> step instanceof MonitorInstruction))
                .orElse(false);
        if (block || method.flags().has(AccessFlag.SYNCHRONIZED)) {
          return true;
        }
      }
      return false;
    }
  }

  @Test
  void idsAndTimes_comeFromTheIdSource() {
    holds(
        noClasses()
            .that()
            // The Date header of a response is the server's own time.
            .doNotHaveSimpleName("HttpDate")
            .should()
            .callMethod(java.util.UUID.class, "randomUUID")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("ids carry their time, and a test hands in both"));
  }
}
