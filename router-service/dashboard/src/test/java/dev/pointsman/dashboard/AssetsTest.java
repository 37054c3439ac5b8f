package dev.pointsman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class AssetsTest {

  private final Assets assets = new Assets();

  @Test
  void files_areThereWithTheirTypes() {
    assertThat(assets.content("pointsman.css")).isNotEmpty();
    assertThat(assets.content("live.js")).isNotEmpty();
    assertThat(assets.content("gate.js")).isNotEmpty();
    assertThat(assets.content("../Assets.class")).isNull();
    assertThat(Assets.mediaType("pointsman.css")).isEqualTo("text/css; charset=utf-8");
    assertThat(Assets.mediaType("live.js")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(assets.version()).matches("[0-9a-f]{12}").isEqualTo(new Assets().version());
  }

  @Test
  void files_loadNothingFromElsewhere() {
    for (String name : new String[] {"pointsman.css", "live.js", "gate.js"}) {
      assertThat(new String(assets.content(name), StandardCharsets.UTF_8))
          .doesNotContain("http://", "https://", "@import", "url(", "innerHTML", "eval(");
    }
  }
}
