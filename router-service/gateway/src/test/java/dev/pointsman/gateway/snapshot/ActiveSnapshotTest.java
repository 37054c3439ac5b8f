package dev.pointsman.gateway.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.testing.FakeProvider;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.TrainedPolicy;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ActiveSnapshotTest {

  private static final String GATE = "promotion = { mode = \"manual\" }";

  private final ProviderRegistry registry =
      new ProviderRegistry(List.of(FakeProvider.type(Map.of("one", FakeProvider.answering()))));

  @Test
  void swap_settingsChangedBehindAGate_servingKeepsItsOwn() {
    FunctionCatalog before = catalog("squarecb", GATE);
    FunctionCatalog after = catalog("thompson", GATE);
    ActiveSnapshot snapshots = snapshots(before);
    TrainedPolicy serving = trained(before, "g-1", 3);
    assertThat(snapshots.swap(new ActivePolicies(serving, null, 0))).isTrue();

    snapshots.swap(after);
    assertThat(routing(snapshots).policy().version().kind()).isEqualTo("squarecb");
    assertThat(routing(snapshots).challenger()).isNull();

    TrainedPolicy challenger = trained(after, "g-2", 1);
    assertThat(snapshots.swap(new ActivePolicies(serving, challenger, 0))).isTrue();
    assertThat(routing(snapshots).policy().version().name()).isEqualTo("g-1/3");
    assertThat(routing(snapshots).challenger().version().kind()).isEqualTo("thompson");
    assertThat(routing(snapshots).shares().canary()).isZero();

    assertThat(snapshots.swap(new ActivePolicies(serving, challenger, 0.5))).isTrue();
    assertThat(routing(snapshots).shares().canary()).isCloseTo(0.5 * 0.94, within(1e-15));
    assertThat(snapshots.swap(new ActivePolicies(serving, challenger, 0.5)))
        .as("the same again")
        .isFalse();
    assertThat(snapshots.swap(new ActivePolicies(challenger, serving, 0))).isTrue();
    assertThat(routing(snapshots).policy().version().kind()).isEqualTo("thompson");
  }

  @Test
  void swap_settingsChangedWithoutAGate_serveAtOnce() {
    ActiveSnapshot snapshots = snapshots(catalog("squarecb", ""));
    snapshots.swap(new ActivePolicies(trained(catalog("squarecb", ""), "g-1", 3), null, 0));

    snapshots.swap(catalog("thompson", ""));

    assertThat(routing(snapshots).policy().version().kind()).isEqualTo("thompson");
  }

  @Test
  void swap_candidatesChangedBehindAGate_serveAtOnceAndAlone() {
    FunctionCatalog before = catalog("squarecb", GATE);
    ActiveSnapshot snapshots = snapshots(before);
    snapshots.swap(new ActivePolicies(trained(before, "g-1", 3), trained(before, "g-2", 1), 0.05));

    snapshots.swap(catalog("thompson", "candidate_variants = [\"b\"]\n" + GATE));

    assertThat(routing(snapshots).policy().candidates()).containsExactly("b");
    assertThat(routing(snapshots).challenger()).isNull();
    assertThat(routing(snapshots).shares().canary()).isZero();
  }

  @Test
  void routingUnder_bothRevisions_bindsBothByTheirOwnSettings() {
    FunctionCatalog before = catalog("squarecb", GATE);
    FunctionCatalog after = catalog("thompson", GATE);
    ActiveSnapshot snapshots = snapshots(after);

    FunctionRouting then =
        snapshots.routingUnder(
            "f",
            new ActivePolicies(trained(before, "g-1", 3), trained(after, "g-2", 7), 0),
            after.configHash());

    assertThat(then.policy().version().name()).isEqualTo("g-1/3");
    assertThat(then.policy().version().kind()).isEqualTo("squarecb");
    assertThat(then.challenger().version().name()).isEqualTo("g-2/7");
    assertThat(snapshots.routingUnder("f", null, before.configHash())).isNull();
  }

  private ActiveSnapshot snapshots(FunctionCatalog catalog) {
    return new ActiveSnapshot(catalog, List.of(), registry, Clock.systemUTC());
  }

  private static FunctionRouting routing(ActiveSnapshot snapshots) {
    return snapshots.current().functions().get("f").routing();
  }

  private static TrainedPolicy trained(FunctionCatalog catalog, String generation, long revision) {
    LearnedSettings settings =
        ((Experimentation.Learned) catalog.functions().get("f").experimentation()).settings();
    return new TrainedPolicy(
        settings,
        new PolicyRevision("f", generation, revision, Instant.EPOCH, PolicyStatistics.EMPTY, "{}"));
  }

  private FunctionCatalog catalog(String algorithm, String more) {
    String text =
        """
        [models.m]
        routing = ["one"]
        [models.m.providers.one]
        type = "fake"
        model_name = "m"

        [metrics.good]
        type = "boolean"
        level = "inference"
        optimize = "max"

        [functions.f]
        type = "chat"
        [functions.f.variants.a]
        type = "chat_completion"
        model = "m"
        [functions.f.variants.b]
        type = "chat_completion"
        model = "m"

        [functions.f.experimentation]
        type = "learned"
        metric = "good"
        baseline_variant = "b"
        algorithm = "%s"
        %s
        """
            .formatted(algorithm, more);
    return switch (new CatalogReader(registry.kinds(), Map.of()).readText("t.toml", text)) {
      case CatalogReading.Loaded loaded -> loaded.catalog();
      case CatalogReading.Rejected rejected ->
          throw new IllegalArgumentException(rejected.diagnostics().toString());
    };
  }
}
