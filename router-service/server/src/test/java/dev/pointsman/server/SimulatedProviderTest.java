package dev.pointsman.server;

import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderClientContract;
import dev.pointsman.worlds.WorldClock;
import java.time.Clock;
import java.util.List;

final class SimulatedProviderTest extends ProviderClientContract {

  private static ProviderClient slowest() {
    return SimulatedProvider.type(new WorldClock(Clock.systemUTC())).client().apply("grand");
  }

  @Override
  protected ProviderClient answering() {
    return slowest();
  }

  @Override
  protected ProviderClient slowToBegin() {
    return slowest();
  }

  @Override
  protected ProviderClient slowToGoOn() {
    return slowest();
  }

  @Override
  protected List<Silence> silences() {
    // No simulated model is ever silent for a second.
    return List.of();
  }

  @Override
  protected List<Failing> failures() {
    // A simulated model may be wrong, and it never fails.
    return List.of();
  }

  @Override
  protected void assertNothingIsHeld() {
    // It has nothing but its words.
  }
}
