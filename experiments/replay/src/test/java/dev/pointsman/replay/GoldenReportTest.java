package dev.pointsman.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.replay.WorldRun.Chooser;
import dev.pointsman.worlds.DemoWorld;
import dev.pointsman.worlds.IncidentWorlds;
import dev.pointsman.worlds.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs of worlds against their checked-in reports, each learner between uniform and oracle. When a
 * change is meant to change them, run with {@code -Dpointsman.reports=rewrite} and read the diff.
 */
final class GoldenReportTest {

  private static final Path REPORTS = Path.of("src", "test", "resources", "reports");

  static Stream<Arguments> runs() {
    return Stream.of(
            DemoWorld.world(),
            IncidentWorlds.betterVariantAppears(),
            IncidentWorlds.feedbackIsRareAndLate())
        .flatMap(world -> Stream.of(Chooser.values()).map(chooser -> Arguments.of(world, chooser)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void text_ofARun_isTheCheckedInReport(World world, Chooser chooser) throws IOException {
    String text =
        new WorldRun(world, chooser, WorldRun.Configuration.DEMO, 1)
            .run(Duration.ofSeconds(180))
            .text();
    Path golden = REPORTS.resolve("%s[%s].txt".formatted(world.name(), chooser.label()));
    if ("rewrite".equals(System.getProperty("pointsman.reports"))) {
      Files.createDirectories(REPORTS);
      Files.writeString(golden, text);
    }
    assertThat(golden).as("rewrite with -Dpointsman.reports=rewrite").hasContent(text);
  }
}
