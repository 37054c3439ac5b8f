package dev.pointsman.gateway;

import dev.pointsman.eventlog.AppendFailedException;
import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.SpoolFullException;
import dev.pointsman.gateway.attempt.Attempts;
import dev.pointsman.gateway.attempt.Circuits;
import dev.pointsman.gateway.operations.Drain;
import dev.pointsman.gateway.operations.HealthCheck;
import dev.pointsman.gateway.operations.LogCondition;
import dev.pointsman.gateway.operations.ReadyCheck;
import dev.pointsman.gateway.operations.RouterIdentity;
import dev.pointsman.gateway.pipeline.InferencePipeline;
import dev.pointsman.gateway.pipeline.PointsmanMeters;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.gateway.provider.dummy.DummyProvider;
import dev.pointsman.gateway.provider.openai.OpenAiProvider;
import dev.pointsman.gateway.sink.Answers;
import dev.pointsman.gateway.snapshot.ActiveSnapshot;
import dev.pointsman.gateway.upstream.UpstreamGauges;
import dev.pointsman.gateway.upstream.Upstreams;
import dev.pointsman.routing.DecisionSampler;
import dev.pointsman.routing.IdSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wires the request path. The server provides {@link ActiveSnapshot} (made with this factory's {@link
 * ProviderRegistry}), {@link EventLog}, {@link IdSource}, {@link DecisionSampler} and {@link
 * RouterIdentity}, and may add {@link ProviderType}s, {@link ReadyCheck}s and {@link HealthCheck}s.
 */
@Factory
final class GatewayBeans {

  private static final Logger LOG = LoggerFactory.getLogger(GatewayBeans.class);

  @Singleton
  @Named("openai")
  ProviderType openAi(Upstreams upstreams) {
    return OpenAiProvider.type(upstreams, System.getenv());
  }

  @Singleton
  @Named("dummy")
  ProviderType dummy(IdSource ids) {
    return DummyProvider.type(ids);
  }

  @Singleton
  ProviderRegistry providers(List<ProviderType> types) {
    return new ProviderRegistry(types);
  }

  @Singleton
  Drain drain() {
    return new Drain();
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(missingBeans = MeterRegistry.class)
  PrometheusMeterRegistry meterRegistry(List<MeterBinder> binders) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    binders.forEach(binder -> binder.bindTo(registry));
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    return registry;
  }

  @Singleton
  PointsmanMeters meters(
      MeterRegistry registry, Answers answers, UpstreamGauges upstream, EventLog log) {
    PointsmanMeters meters = new PointsmanMeters(registry);
    meters.runningRequests(answers, Answers::runningRequests);
    meters.openAnswers(answers, Answers::openSinks);
    meters.upstreamExchanges(upstream, UpstreamGauges::liveExchanges);
    meters.upstreamConnections(
        upstream, UpstreamGauges::openConnections, UpstreamGauges::idleConnections);
    meters.log(log);
    return meters;
  }

  @Singleton
  Circuits circuits(EventLog log, IdSource ids, PointsmanMeters meters) {
    return new Circuits(
        System::nanoTime,
        (deployment, before, after, reason) -> {
          meters.circuitChanged(after);
          LOG.warn("circuit of {}: {} -> {}: {}", deployment, before, after, reason);
          try {
            log.append(
                new ChangeEvent(
                    ids.next(),
                    ids.now(),
                    ChangeEvent.Kind.CIRCUIT,
                    "router",
                    null,
                    deployment,
                    before,
                    after,
                    reason));
          } catch (AppendFailedException | SpoolFullException e) {
            LOG.warn("the change of the circuit of {} is not in the log", deployment, e);
          }
        });
  }

  @Singleton
  Attempts attempts(Circuits circuits, IdSource ids) {
    return new Attempts(circuits, ids, () -> ThreadLocalRandom.current().nextDouble());
  }

  @Singleton
  InferencePipeline pipeline(
      ActiveSnapshot snapshots,
      DecisionSampler sampler,
      Circuits circuits,
      Attempts attempts,
      EventLog log,
      IdSource ids,
      PointsmanMeters meters,
      RouterIdentity identity) {
    return new InferencePipeline(
        snapshots, sampler, circuits, attempts, log, ids, meters, identity.node());
  }

  @Singleton
  @Named("draining")
  ReadyCheck notDraining(Drain drain) {
    return () -> drain.begun() ? "draining: this router is about to stop" : null;
  }

  @Singleton
  @Named("log")
  ReadyCheck logWritable(EventLog log) {
    return () -> LogCondition.of(log.health()).objection();
  }

  @Singleton
  @Named("log")
  HealthCheck logHealth(EventLog log) {
    return new HealthCheck("log", () -> LogCondition.of(log.health()).problem());
  }

  @Singleton
  @Named("providers")
  ReadyCheck someProviderServes(ActiveSnapshot snapshots, Circuits circuits) {
    return () -> {
      var models = snapshots.current().models().values();
      return models.isEmpty() || models.stream().anyMatch(circuits::mayServe)
          ? null
          : "every provider's circuit is open";
    };
  }
}
