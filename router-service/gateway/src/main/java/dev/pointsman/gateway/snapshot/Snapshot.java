package dev.pointsman.gateway.snapshot;

import dev.pointsman.catalog.EmbeddingModelDefinition;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.ModelDefinition;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.catalog.VariantDefinition.RetrySettings;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.catalog.VariantDefinition.Timeouts;
import dev.pointsman.chat.BoundTool;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.FunctionRouting;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedAlgorithm;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.MeanEstimator;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.SegmentRule;
import dev.pointsman.routing.SegmentVocabulary;
import dev.pointsman.routing.SoftRules;
import dev.pointsman.routing.StaticPolicy;
import dev.pointsman.routing.TokenPrice;
import dev.pointsman.routing.TrainedPolicy;
import dev.pointsman.routing.UniformPolicy;
import dev.pointsman.routing.features.ConversationModel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one request may look at: the catalog, each function with its policy and today's
 * prices, each model with its clients. Immutable; a request reads one snapshot from its first line
 * to its last.
 *
 * @param tools by configuration key
 * @param priceVersion hash of all prices, 16 hex digits
 */
public record Snapshot(
    FunctionCatalog catalog,
    Map<String, BoundFunction> functions,
    Map<String, BoundModel> models,
    Map<String, BoundTool> tools,
    String priceVersion,
    ProviderRegistry registry) {

  /** The generation of a learned policy before the trainer has published anything. */
  public static final String FIRST_GENERATION = "initial";

  private static final SamplingParameters NO_SAMPLING =
      new SamplingParameters(null, null, null, null, null, null, List.of(), null, null, null);

  /**
   * Binds a catalog.
   *
   * @param policies what decides for each learned function, by function
   * @param memory what lives on from snapshot to snapshot
   * @param texts the text models that revisions name
   * @throws IllegalArgumentException if a reference of the catalog leads nowhere
   */
  static Snapshot bind(
      FunctionCatalog catalog,
      Map<String, ActivePolicies> policies,
      FunctionMemory memory,
      TextModels texts,
      ProviderRegistry registry) {
    Map<String, BoundModel> models = new LinkedHashMap<>();
    catalog.models().forEach((name, model) -> models.put(name, BoundModel.of(model, registry)));
    Map<String, BoundFunction> functions = new LinkedHashMap<>();
    for (FunctionDefinition function : catalog.functions().values()) {
      Map<String, BoundVariant> variants = new LinkedHashMap<>();
      for (VariantDefinition variant : function.variants().values()) {
        variants.put(variant.name(), new BoundVariant(variant, modelOf(variant, models, registry)));
      }
      ActivePolicies active = policies.get(function.name());
      PolicyRevision revision = active == null ? null : active.serving().revision();
      functions.put(
          function.name(),
          new BoundFunction(
              function,
              variants,
              SegmentRule.of(function.segmentBy()),
              memory.vocabulary(function.name(), segments(revision)),
              memory.stickiness(function),
              routing(function, variants, active),
              memory.pacer(function),
              softRules(function, variants, revision),
              memory.latencies(function),
              text(function, revision, texts),
              embedding(function, catalog, registry)));
    }
    Map<String, BoundTool> tools = new LinkedHashMap<>();
    catalog.tools().forEach((key, tool) -> tools.put(key, BoundTool.of(tool)));
    return new Snapshot(catalog, functions, models, tools, priceVersion(catalog), registry);
  }

  private static BoundModel modelOf(
      VariantDefinition variant, Map<String, BoundModel> models, ProviderRegistry registry) {
    BoundModel model = models.get(variant.model());
    if (model == null) {
      ModelDefinition shorthand = registry.shorthand(variant.model());
      if (shorthand == null) {
        throw new IllegalArgumentException(
            "variant %s: model %s is neither in [models] nor a shorthand provider::model"
                .formatted(variant.name(), variant.model()));
      }
      model = BoundModel.of(shorthand, registry);
      models.put(variant.model(), model);
    }
    return model;
  }

  private static List<String> segments(@Nullable PolicyRevision revision) {
    return revision == null
        ? List.of()
        : revision.statistics().cells().stream()
            .map(PolicyStatistics.Cell::segment)
            .distinct()
            .toList();
  }

  /** How decisions are made under these policies, null = before the first revision. */
  static FunctionRouting routing(
      FunctionDefinition function,
      Map<String, BoundVariant> variants,
      @Nullable ActivePolicies active) {
    return switch (function.experimentation()) {
      case Experimentation.Uniform uniform ->
          drawnLikeTensorZero(function, variants, new UniformPolicy(variants.keySet()), List.of());
      case Experimentation.Static fixed ->
          drawnLikeTensorZero(
              function, variants, new StaticPolicy(fixed.weights()), fixed.fallbackVariants());
      case Experimentation.Learned learned -> learned(function, learned, variants, active);
    };
  }

  /**
   * With a promotion gate the serving generation decides by its own settings, whatever is configured
   * since; without one what is configured serves at once, before the trainer has made it a
   * generation.
   */
  private static FunctionRouting learned(
      FunctionDefinition function,
      Experimentation.Learned learned,
      Map<String, BoundVariant> variants,
      @Nullable ActivePolicies active) {
    LearnedSettings configured = learned.settings();
    List<@Nullable TokenPrice> prices = prices(variants, configured.candidates());
    boolean gated =
        learned.rules().promotion() != null
            && active != null
            && active.serving().settings().isComparableWith(configured);
    TrainedPolicy challenger = gated && active != null ? active.challenger() : null;
    if (challenger != null && !challenger.settings().isComparableWith(configured)) {
      challenger = null;
    }
    return new FunctionRouting(
            function.name(),
            policy(
                gated && active != null ? active.serving().settings() : configured,
                active == null ? null : active.serving().revision(),
                prices),
            FunctionRouting.Draw.KEYED,
            challenger == null || active == null
                ? learned.shares()
                : learned.shares().withCanary(active.share()),
            configured.baselineVariant(),
            learned.fallbackVariants(),
            prices)
        .withChallenger(
            challenger == null
                ? null
                : policy(challenger.settings(), challenger.revision(), prices));
  }

  private static Policy policy(
      LearnedSettings settings,
      @Nullable PolicyRevision revision,
      List<@Nullable TokenPrice> prices) {
    LearnedAlgorithm algorithm = LearnedAlgorithm.of(settings.algorithm());
    return algorithm.policy(
        revision == null
            ? new PolicyVersion(algorithm.label(), FIRST_GENERATION, 0)
            : new PolicyVersion(algorithm.label(), revision.generation(), revision.revision()),
        settings,
        revision == null ? PolicyStatistics.EMPTY : revision.statistics(),
        prices,
        MeanEstimator.ADDITIVE_RIDGE);
  }

  private static @Nullable BoundText text(
      FunctionDefinition function, @Nullable PolicyRevision revision, TextModels texts) {
    if (!(function.experimentation() instanceof Experimentation.Learned learned)
        || !learned.readsText()) {
      return null;
    }
    ConversationModel model =
        texts.of(function.name(), revision == null ? null : revision.textModel());
    return model == null ? null : new BoundText(model, learned.settings().candidates());
  }

  private static @Nullable BoundEmbedding embedding(
      FunctionDefinition function, FunctionCatalog catalog, ProviderRegistry registry) {
    if (!(function.experimentation() instanceof Experimentation.Learned learned)
        || learned.embedding() == null) {
      return null;
    }
    EmbeddingModelDefinition model = catalog.embeddingModels().get(learned.embedding().model());
    if (model == null) {
      throw new IllegalArgumentException(
          "functions.%s: embedding model %s is not in [embedding_models]"
              .formatted(function.name(), learned.embedding().model()));
    }
    return BoundEmbedding.of(model, learned.embedding(), registry);
  }

  private static @Nullable SoftRules softRules(
      FunctionDefinition function,
      Map<String, BoundVariant> variants,
      @Nullable PolicyRevision revision) {
    return function.experimentation() instanceof Experimentation.Learned learned
        ? SoftRules.of(
            learned.settings(),
            revision == null ? PolicyStatistics.EMPTY : revision.statistics(),
            prices(variants, learned.settings().candidates()))
        : null;
  }

  private static FunctionRouting drawnLikeTensorZero(
      FunctionDefinition function,
      Map<String, BoundVariant> variants,
      Policy policy,
      List<String> fallbackVariants) {
    return new FunctionRouting(
        function.name(),
        policy,
        FunctionRouting.Draw.TENSORZERO,
        LaneShares.POLICY_ONLY,
        null,
        fallbackVariants,
        prices(variants, policy.candidates()));
  }

  private static List<@Nullable TokenPrice> prices(
      Map<String, BoundVariant> variants, List<String> candidates) {
    List<@Nullable TokenPrice> prices = new ArrayList<>(candidates.size());
    for (String candidate : candidates) {
      BoundVariant variant = variants.get(candidate);
      if (variant == null) {
        throw new IllegalArgumentException(
            "candidate %s is not a variant of its function".formatted(candidate));
      }
      prices.add(variant.model().price());
    }
    return java.util.Collections.unmodifiableList(prices);
  }

  private static String priceVersion(FunctionCatalog catalog) {
    StringBuilder schedule = new StringBuilder();
    catalog
        .models()
        .forEach(
            (name, model) ->
                model
                    .providers()
                    .forEach(
                        (provider, definition) ->
                            schedule
                                .append(name)
                                .append('/')
                                .append(provider)
                                .append('=')
                                .append(definition.cost())
                                .append('\n')));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(schedule.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * The built-in function for a call of a model by its name; its one variant has the model's name.
   *
   * @param model a configured model or a shorthand {@code provider::model}
   * @return null when there is no such model
   */
  public @Nullable BoundFunction functionOfModel(String model) {
    BoundModel bound = models.get(model);
    if (bound == null) {
      ModelDefinition shorthand = registry.shorthand(model);
      if (shorthand == null) {
        return null;
      }
      bound = BoundModel.of(shorthand, registry);
    }
    VariantDefinition variant =
        new VariantDefinition(
            model, model, Map.of(), NO_SAMPLING, null, RetrySettings.NONE, Timeouts.NONE);
    FunctionDefinition function =
        new FunctionDefinition(
            BoundFunction.DEFAULT_FUNCTION,
            FunctionDefinition.Type.CHAT,
            null,
            Map.of(model, variant),
            Map.of(),
            List.of(),
            "auto",
            null,
            null,
            new Experimentation.Uniform(),
            List.of(),
            true);
    return new BoundFunction(
        function,
        Map.of(model, new BoundVariant(variant, bound)),
        SegmentRule.of(List.of()),
        new SegmentVocabulary(List.of()),
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }
}
