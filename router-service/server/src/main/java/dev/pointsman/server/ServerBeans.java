package dev.pointsman.server;

import dev.pointsman.dashboard.DashboardSettings;
import dev.pointsman.dashboard.datasets.DatasetWork;
import dev.pointsman.dashboard.query.StoredInferences;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.feedback.FeedbackIntake;
import dev.pointsman.feedback.FeedbackMeters;
import dev.pointsman.gateway.operations.HealthCheck;
import dev.pointsman.gateway.operations.RouterIdentity;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.report.GateStories;
import dev.pointsman.report.Reports;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.IdSource;
import dev.pointsman.trainer.GateWatch;
import dev.pointsman.trainer.RewardRules;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Hands the parts of the service to the beans of gateway, feedback and dashboard. */
@Factory
final class ServerBeans {

  @Singleton
  IdSource ids(ServerParts parts) {
    return parts.ids();
  }

  // The framework has a clock bean of its own; everything here must read the same one.
  @Primary
  @Singleton
  InstantSource clock(ServerParts parts) {
    return parts.clock();
  }

  @Singleton
  EventLog eventLog(ServerParts parts) {
    return parts.eventLog();
  }

  @Singleton
  @Named("store")
  HealthCheck storeHealth(ServerParts parts) {
    return new HealthCheck(
        parts.catalog().store().isEmbedded() ? "store" : "clickhouse",
        () -> storeProblem(parts.drain().lag(), parts.store().unreachable()));
  }

  private static @Nullable String storeProblem(Drain.Lag lag, @Nullable String unreachable) {
    String error = lag.lastError();
    return error == null
        ? unreachable
        : "the event store takes nothing, %d events wait in the spool: %s"
            .formatted(lag.events(), error);
  }

  @Singleton
  @Named("store")
  MeterBinder storeMeters(ServerParts parts) {
    return registry -> {
      FunctionCounter.builder("pointsman.store.drained", parts.drain(), d -> d.lag().drained())
          .description("Events stored by this process")
          .register(registry);
      FunctionCounter.builder(
              "pointsman.store.dead.letters", parts.drain(), d -> d.lag().deadLetters())
          .description("Events that the store refused; they lie in dead-letter/")
          .register(registry);
    };
  }

  @Singleton
  DashboardSettings dashboardSettings(ServerParts parts) {
    return parts.dashboard();
  }

  @Singleton
  DecisionSampler sampler(ServerParts parts) {
    return new DecisionSampler(parts.control().salt());
  }

  @Singleton
  RouterIdentity identity(ServerParts parts) {
    return new RouterIdentity(parts.node(), PointsmanServer.VERSION);
  }

  @Singleton
  @Named("simulated")
  ProviderType simulated(ServerParts parts) {
    return SimulatedProvider.type(parts.worldClock());
  }

  @Singleton
  ActiveSnapshot snapshots(ServerParts parts, ProviderRegistry providers) {
    return new ActiveSnapshot(parts.catalog(), parts.lastPolicies(), providers, parts.clock());
  }

  @Singleton
  FeedbackIntake feedbackIntake(ServerParts parts, ActiveSnapshot snapshots, MeterRegistry meters) {
    return new FeedbackIntake(
        () -> snapshots.current().catalog(),
        parts.eventLog(),
        parts.ids(),
        new FeedbackMeters(meters));
  }

  @Singleton
  Reports reports(ServerParts parts, ActiveSnapshot snapshots) {
    return new Reports(
        parts.store(),
        () -> snapshots.current().catalog(),
        function -> RewardRules.of(snapshots.current().catalog(), function),
        new RouterBindings(parts.control(), snapshots),
        parts.clock());
  }

  @Singleton
  GateStories gateStories(ServerParts parts, ActiveSnapshot snapshots, GateWatch gate) {
    return new GateStories(
        parts.control(), parts.store(), () -> snapshots.current().catalog(), gate::lastLook);
  }

  @Singleton
  StoredInferences storedInferences(ServerParts parts, ActiveSnapshot snapshots) {
    return new StoredInferences(parts.store(), () -> snapshots.current().catalog());
  }

  @Singleton
  DatasetWork datasetWork(ServerParts parts, StoredInferences inferences) {
    return new DatasetWork(parts.control().datasets(), inferences, parts.ids());
  }
}
