package dev.pointsman.gateway.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AnswerHeadTest {

  @Test
  void with_header_leavesTheOtherAsItWas() {
    AnswerHead head = new AnswerHead(200, "application/json");
    assertThat(head.with("a", "1").with("b", "2").with("a", "3").headers())
        .containsEntry("a", "3")
        .containsEntry("b", "2")
        .hasSize(2);
    assertThat(head.headers()).isEmpty();
  }

  @Test
  void new_informationalStatus_isRefused() {
    assertThatThrownBy(() -> new AnswerHead(101, "text/plain"))
        .hasMessage("status of an answer must be 200 to 599: 101");
  }
}
