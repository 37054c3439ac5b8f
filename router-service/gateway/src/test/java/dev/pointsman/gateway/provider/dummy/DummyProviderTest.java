package dev.pointsman.gateway.provider.dummy;

import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderClientContract;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.routing.IdSource;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

final class DummyProviderTest extends ProviderClientContract {

  private final ProviderType type =
      DummyProvider.type(new IdSource(Clock.systemUTC(), new SplittableRandom(1)::nextLong));

  private ProviderClient model(String name) {
    return type.client().apply(Objects.requireNonNull(type.shorthand()).apply(name));
  }

  @Override
  protected ProviderClient answering() {
    return model("good");
  }

  @Override
  protected ProviderClient slowToBegin() {
    return model("slow");
  }

  @Override
  protected ProviderClient slowToGoOn() {
    return model("slow_second_chunk");
  }

  @Override
  protected List<Silence> silences() {
    return List.of(
        new Silence("before it begins", 0, this::slowToBegin),
        new Silence("after its first part", 1, this::slowToGoOn));
  }

  @Override
  protected List<Failing> failures() {
    return List.of(
        failing("error", false, ProviderFailure.UpstreamFault.class),
        failing("error_with_raw_response", true, ProviderFailure.UpstreamFault.class),
        failing("error_rate_limit", true, ProviderFailure.RateLimited.class),
        failing("llm_judge::error", false, ProviderFailure.UpstreamFault.class),
        failing("multiple-text-blocks", false, ProviderFailure.RequestRejected.class),
        failing("test_key", false, ProviderFailure.RequestRejected.class),
        failing("fatal_stream_error", true, ProviderFailure.AnswerCut.class));
  }

  private Failing failing(String name, boolean stream, Class<? extends ProviderFailure> expected) {
    return new Failing(name, () -> model(name), stream, expected);
  }

  @Override
  protected void assertNothingIsHeld() {
    // It has nothing but prepared events.
  }
}
