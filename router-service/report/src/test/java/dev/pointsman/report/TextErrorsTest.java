package dev.pointsman.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TextErrorsTest {

  @Test
  void of_judgedAndUnjudgedVariants_areThoseJudged() {
    assertThat(
            TextErrors.of(
                TextStory.read(
                    """
                    {"calibration": [
                       {"variant": "a", "rows": 90, "segments": {"brier": 0.2, "ece": 0.05},
                        "text": {"brier": 0.3, "ece": 0.06}, "both": {"brier": 0.1, "ece": 0.01}},
                       {"variant": "b", "rows": 0}],
                     "output_tokens": [
                       {"variant": "a", "rows": 80, "error_by_segments": 41.5, "error_by_text": 30.25,
                        "serves": true},
                       {"variant": "b", "rows": 0}]}
                    """)))
        .containsExactly(
            new TextErrors(
                "a",
                90,
                new TextErrors.Quality(0.2, 0.05),
                new TextErrors.Quality(0.3, 0.06),
                new TextErrors.Quality(0.1, 0.01),
                new TextErrors.Tokens(41.5, 30.25, true)));
  }

  @Test
  void of_provenanceWithoutFigures_isEmpty() {
    assertThat(TextErrors.of(TextStory.read("{}"))).isEmpty();
    assertThat(TextErrors.of(TextStory.read("{\"calib"))).isEmpty();
  }
}
