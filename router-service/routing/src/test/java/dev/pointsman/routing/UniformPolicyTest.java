package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class UniformPolicyTest extends PolicyContract {

  @Override
  protected Policy policy() {
    return new UniformPolicy(List.of("small", "large", "medium"));
  }

  @Test
  void uniformPolicy_noVariant_isRefused() {
    assertThatThrownBy(() -> new UniformPolicy(List.of()))
        .hasMessage("candidates are empty: name at least one variant");
  }

  @Test
  void uniformPolicy_variantTwice_isRefused() {
    assertThatThrownBy(() -> new UniformPolicy(List.of("a", "b", "a")))
        .hasMessageContaining("a before a");
  }
}
