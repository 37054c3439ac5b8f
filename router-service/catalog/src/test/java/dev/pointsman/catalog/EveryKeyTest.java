package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonPointer;
import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every key of every class of the configuration, away from its default, and the defaults. */
final class EveryKeyTest {

  private static final Map<String, String> FILES =
      Map.of("s.json", "{\"type\":\"object\"}", "u.j2", "Hi {{ name }}", "plain.j2", "Hi");

  private static final String VARIANTS =
      """
      [functions.f]
      type = "chat"
      [functions.f.variants.a]
      type = "chat_completion"
      model = "dummy::a"
      [functions.f.variants.b]
      type = "chat_completion"
      model = "dummy::b"
      """;

  private static final String METRIC =
      """
      [metrics.stars]
      type = "float"
      level = "episode"
      optimize = "min"
      description = "how bad"
      range = [1, 5]
      [metrics.judge]
      type = "float"
      level = "episode"
      optimize = "max"
      range = [0, 10]
      [metrics.thumbs]
      type = "boolean"
      level = "episode"
      optimize = "max"
      [metrics.helpful]
      type = "boolean"
      level = "inference"
      optimize = "max"
      """;

  private static FunctionDefinition function(String toml) {
    return Readings.loaded(toml, FILES).functions().get("f");
  }

  @Test
  void gateway_everyKey_isMapped() {
    assertThat(
            Readings.loaded(
                    """
                    [gateway]
                    bind_address = "[::1]:8080"
                    base_path = "/llm/v2/"
                    allow_open_bind = true
                    unstable_error_json = true
                    global_outbound_http_timeout_ms = 1500
                    disable_pseudonymous_usage_analytics = true
                    """)
                .gateway())
        .isEqualTo(
            new GatewaySettings("::1", 8080, "/llm/v2", true, true, Duration.ofMillis(1500)));
  }

  @Test
  void gateway_addressInTheEnvironment_holdsUnlessTheFileHasOne() {
    CatalogReader reader =
        new CatalogReader(List.of(), Map.of("TENSORZERO_GATEWAY_BIND_ADDRESS", "0.0.0.0:81"));

    assertThat(Readings.loaded(reader.readText("a.toml", "")).catalog().gateway().port())
        .isEqualTo(81);
    assertThat(
            Readings.loaded(reader.readText("a.toml", "gateway.bind_address = \"h:82\""))
                .catalog()
                .gateway()
                .port())
        .isEqualTo(82);
  }

  @Test
  void store_everyKey_isMapped() {
    assertThat(
            Readings.loaded(
                    """
                    [store]
                    events = "jdbc:clickhouse://db:8123/events"
                    control = "jdbc:postgresql://db/p"
                    data_directory = "/var/lib/pointsman"
                    durability = "none"
                    cluster = "main"
                    when_spool_full = "shed"
                    rollup_tags = ["plan", "customer"]
                    spool_max_bytes = "2GiB"
                    retention_days = 400
                    payload_retention_days = 30
                    """)
                .store())
        .isEqualTo(
            new StoreSettings(
                "jdbc:clickhouse://db:8123/events",
                "jdbc:postgresql://db/p",
                "/var/lib/pointsman",
                StoreSettings.Durability.NONE,
                2L << 30,
                StoreSettings.WhenSpoolFull.SHED,
                List.of("customer", "plan"),
                new StoreSettings.Retention(400, 30),
                "main"));
  }

  @Test
  void store_textsKeptLongerThanTheirRows_isRefused() {
    assertThat(Readings.diagnostics("[store]\nretention_days = 30\npayload_retention_days = 31\n"))
        .singleElement()
        .asString()
        .contains("store.payload_retention_days must be <= retention_days: 31 > 30");
  }

  @Test
  void store_rowsGoneBeforeTheirFeedbackCounts_isRefused() {
    assertThat(
            Readings.diagnostics(
                """
                [store]
                retention_days = 2
                [metrics.good]
                type = "boolean"
                level = "inference"
                optimize = "max"
                [functions.f]
                type = "chat"
                variants.a = { type = "chat_completion", model = "dummy::good" }
                variants.b = { type = "chat_completion", model = "dummy::good" }
                [functions.f.experimentation]
                type = "learned"
                metric = "good"
                candidate_variants = ["a", "b"]
                baseline_variant = "a"
                attribution_window = "48h"
                """))
        .singleElement()
        .asString()
        .contains(
            "store.retention_days must be longer than"
                + " functions.f.experimentation.attribution_window");
  }

  @Test
  void store_clickHouseInTheEnvironment_holdsUnlessTheFileSaysOtherwise() {
    CatalogReader reader =
        new CatalogReader(
            List.of(),
            Map.of(
                "TENSORZERO_CLICKHOUSE_URL", "http://u:p@db:8123/tensorzero",
                "EVENTS", "https://u:secret@db/events"));

    assertThat(Readings.loaded(reader.readText("a.toml", "")).catalog().store().events())
        .isEqualTo("http://u:p@db:8123/tensorzero");
    assertThat(events(reader, "store.durability = \"os\""))
        .isEqualTo("http://u:p@db:8123/tensorzero");
    assertThat(events(reader, "store.events = \"embedded\"")).isEqualTo("embedded");
    assertThat(events(reader, "store.events = \"env::EVENTS\""))
        .isEqualTo("https://u:secret@db/events");
  }

  @Test
  void store_addresses_areNotInItsText() {
    assertThat(
            Readings.loaded("store.events = \"http://u:secret@db:8123/events\"").store().toString())
        .doesNotContain("secret");
  }

  private static String events(CatalogReader reader, String toml) {
    return Readings.loaded(reader.readText("a.toml", toml)).catalog().store().events();
  }

  @Test
  void metric_everyKey_isMapped() {
    assertThat(Readings.loaded(METRIC).metrics().get("stars"))
        .isEqualTo(
            new MetricDefinition(
                "stars",
                MetricDefinition.Type.FLOAT,
                MetricDefinition.Level.EPISODE,
                MetricDefinition.Direction.MIN,
                "how bad",
                new MetricDefinition.Range(1, 5)));
  }

  @Test
  void tool_everyKey_isMapped() {
    assertThat(
            Readings.loaded(
                    """
                    [tools.t]
                    description = "does"
                    parameters = "s.json"
                    strict = true
                    name = "other"
                    """,
                    FILES)
                .tools())
        .containsExactly(
            Map.entry(
                "t", new ToolDefinition("t", "other", "does", "{\"type\":\"object\"}", true)));
  }

  @Test
  void tool_defaults() {
    assertThat(
            Readings.loaded("tools.t = { description = \"d\", parameters = \"s.json\" }", FILES)
                .tools()
                .get("t"))
        .isEqualTo(new ToolDefinition("t", "t", "d", "{\"type\":\"object\"}", false));
  }

  @Test
  void model_everyKey_isMapped() {
    ModelDefinition model =
        Readings.loaded(
                """
                [models.m]
                routing = ["q", "p"]
                timeouts.non_streaming.total_ms = 1
                timeouts.streaming.ttft_ms = 2
                timeouts.streaming.total_ms = 3
                timeouts.streaming.silence_ms = 5
                [models.m.providers.p]
                type = "dummy"
                model_name = "x"
                [models.m.providers.q]
                type = "remote"
                model_name = "y"
                api_base = "http://localhost/v1"
                api_key_location = "env::REMOTE_KEY"
                timeouts.streaming.total_ms = 4
                cost = [
                  { pointer_nonstreaming = "/a", pointer_streaming = "/b~1c", cost_per_million = 0.15, required = true },
                  { pointer = "/d", cost_per_unit = -2 },
                ]
                """)
            .models()
            .get("m");

    assertThat(model.routing()).containsExactly("q", "p");
    assertThat(model.timeouts())
        .isEqualTo(
            new VariantDefinition.Timeouts(
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                Duration.ofMillis(3),
                Duration.ofMillis(5)));
    assertThat(model.providers().get("p"))
        .isEqualTo(
            new ModelDefinition.ProviderDefinition(
                "p",
                "dummy",
                new Readings.DummySettings("x"),
                List.of(),
                VariantDefinition.Timeouts.NONE));
    assertThat(model.providers().get("p").tokenPrice()).isNull();
    assertThat(model.providers().get("q"))
        .isEqualTo(
            new ModelDefinition.ProviderDefinition(
                "q",
                "remote",
                new Readings.RemoteSettings(
                    "y",
                    "http://localhost/v1",
                    new CredentialLocation.EnvironmentVariable("REMOTE_KEY")),
                List.of(
                    costEntry("/a", "/b~1c", "1.5E-7", true), costEntry("/d", "/d", "-2", false)),
                new VariantDefinition.Timeouts(null, null, Duration.ofMillis(4), null)));
    // Terms that are no token counts make no price per token.
    assertThat(model.providers().get("q").tokenPrice()).isNull();
  }

  @Test
  void variant_everyKey_isMapped() {
    VariantDefinition variant =
        function(
                """
                [functions.f]
                type = "chat"
                schemas.user.path = "s.json"
                [functions.f.variants.v]
                type = "chat_completion"
                model = "dummy::a"
                user_template = "u.j2"
                system_template = "plain.j2"
                templates.extra.path = "plain.j2"
                temperature = 0.5
                max_tokens = 7
                seed = -3
                top_p = 0.9
                presence_penalty = 0.1
                frequency_penalty = 0.2
                stop_sequences = ["a", "b"]
                reasoning_effort = "low"
                service_tier = "flex"
                verbosity = "high"
                json_mode = "strict"
                retries = { num_retries = 2, max_delay_s = 0.25 }
                timeouts = { non_streaming = { total_ms = 9 } }
                """)
            .variants()
            .get("v");

    assertThat(variant.model()).isEqualTo("dummy::a");
    assertThat(variant.templates()).containsOnlyKeys("extra", "system", "user");
    assertThat(variant.sampling())
        .isEqualTo(
            new VariantDefinition.SamplingParameters(
                0.5, 7, -3L, 0.9, 0.1, 0.2, List.of("a", "b"), "low", "flex", "high"));
    assertThat(variant.jsonMode()).isEqualTo("strict");
    assertThat(variant.retries())
        .isEqualTo(new VariantDefinition.RetrySettings(2, Duration.ofMillis(250)));
    assertThat(variant.timeouts().total()).isEqualTo(Duration.ofMillis(9));
  }

  @Test
  void variant_defaults() {
    VariantDefinition variant = function(VARIANTS).variants().get("a");

    assertThat(variant)
        .isEqualTo(
            new VariantDefinition(
                "a",
                "dummy::a",
                Map.of(),
                new VariantDefinition.SamplingParameters(
                    null, null, null, null, null, null, List.of(), null, null, null),
                null,
                VariantDefinition.RetrySettings.NONE,
                VariantDefinition.Timeouts.NONE));
  }

  @Test
  void function_everyKey_isMapped() {
    FunctionDefinition function =
        function(
            """
            [tools.t]
            description = "d"
            parameters = "s.json"
            [functions.f]
            type = "chat"
            description = "answers"
            user_schema = "s.json"
            schemas.extra.path = "s.json"
            tools = ["t"]
            tool_choice = { specific = "t" }
            parallel_tool_calls = false
            segment_by = ["tag:topic", "has_code"]
            log_text = false
            [functions.f.variants.v]
            type = "chat_completion"
            model = "dummy::a"
            user_template = "u.j2"
            templates.extra.path = "plain.j2"
            """);

    assertThat(function.type()).isEqualTo(FunctionDefinition.Type.CHAT);
    assertThat(function.description()).isEqualTo("answers");
    assertThat(function.schemas()).containsOnlyKeys("extra", "user");
    assertThat(function.tools()).containsExactly("t");
    assertThat(function.toolChoice()).isEqualTo("{\"specific\":\"t\"}");
    assertThat(function.parallelToolCalls()).isFalse();
    assertThat(function.segmentBy()).containsExactly("tag:topic", "has_code");
    assertThat(function.logText()).isFalse();
    assertThat(function.outputSchema()).isNull();
  }

  @Test
  void function_defaults() {
    FunctionDefinition function = function(VARIANTS);

    assertThat(function.description()).isNull();
    assertThat(function.schemas()).isEmpty();
    assertThat(function.tools()).isEmpty();
    assertThat(function.toolChoice()).isEqualTo("auto");
    assertThat(function.parallelToolCalls()).isNull();
    assertThat(function.experimentation()).isEqualTo(new Experimentation.Uniform());
    assertThat(function.segmentBy()).isEmpty();
    assertThat(function.logText()).isTrue();
  }

  @Test
  void function_jsonWithoutSchema_acceptsAnything() {
    JsonSchema schema = function(VARIANTS.replace("\"chat\"", "\"json\"")).outputSchema();

    assertThat(schema).isNotNull();
    assertThat(schema.violations(com.fasterxml.jackson.databind.node.NullNode.instance)).isEmpty();
  }

  @Test
  void experimentationStatic_listOrMap_givesWeights() {
    assertThat(
            function(
                    VARIANTS
                        + """
                        [functions.f.experimentation]
                        type = "static"
                        candidate_variants = ["b"]
                        fallback_variants = ["a"]
                        """)
                .experimentation())
        .isEqualTo(new Experimentation.Static(Map.of("b", 1.0), List.of("a")));
    assertThat(
            function(
                    VARIANTS
                        + """
                        [functions.f.experimentation]
                        type = "static"
                        candidate_variants = { a = 3, b = 0 }
                        """)
                .experimentation())
        .isEqualTo(new Experimentation.Static(Map.of("a", 3.0, "b", 0.0), List.of()));
  }

  @Test
  void experimentation_deprecatedTypes_areReadWithAWarning() {
    for (Map.Entry<String, Experimentation> alias :
        Map.of(
                "type = \"uniform\"",
                (Experimentation) new Experimentation.Uniform(),
                "type = \"uniform\"\ncandidate_variants = [\"a\"]",
                new Experimentation.Static(Map.of("a", 1.0), List.of()),
                "type = \"static_weights\"\ncandidate_variants = { a = 2 }",
                new Experimentation.Static(Map.of("a", 2.0), List.of()))
            .entrySet()) {
      CatalogReading.Loaded loaded =
          Readings.loaded(
              Readings.read(VARIANTS + "[functions.f.experimentation]\n" + alias.getKey()));

      assertThat(loaded.catalog().functions().get("f").experimentation())
          .isEqualTo(alias.getValue());
      assertThat(loaded.warnings())
          .singleElement()
          .satisfies(warning -> assertThat(warning.message()).contains("write \"static\" instead"));
    }
  }

  @Test
  void experimentationLearned_everyKey_isMapped() {
    Experimentation learned =
        function(
                METRIC
                    + """
                    [models.a]
                    routing = ["p"]
                    providers.p = { type = "dummy", model_name = "a", cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1 }] }
                    """
                    + VARIANTS.replace("dummy::a", "a").replace("dummy::b", "a")
                    + """
                    [functions.f.experimentation]
                    type = "learned"
                    metric = "stars"
                    candidate_variants = ["b", "a"]
                    fallback_variants = ["b"]
                    baseline_variant = "a"
                    algorithm = "epsilon_greedy"
                    epsilon = 0.2
                    context = "text"
                    value_of_success = "$0.04"
                    latency_weight = 0.5
                    min_prob = 0.01
                    uniform_slice = 0.02
                    holdout = 0.1
                    exploration_limit = inf
                    explore_if = "tag:plan != enterprise"
                    revision_interval = "10s"
                    sticky_ttl = "1h"
                    sticky_max = 5
                    nursery = { feedbacks = 1, pulls = 2, age = "3d", floor = 0.04 }
                    half_life = "never"
                    attribution_window = "90m"
                    reward_on_error = -0.5
                    target_usd_per_request = 0.002
                    min_quality = 0.7
                    latency_slo = "2s"
                    promotion = { mode = "auto", margin = 0.02, canary = 0.1 }
                    guardrails = [
                      { metric = "stars", max = 1.5 },
                      { metric = "stars", worse_by = 0.5 },
                      { metric = "helpful", min = 0.9 },
                    ]
                    surrogates = ["judge", "thumbs"]
                    """)
            .experimentation();

    assertThat(learned)
        .isEqualTo(
            new Experimentation.Learned(
                "stars",
                new LearnedSettings(
                    "epsilon_greedy",
                    List.of("a", "b"),
                    "a",
                    new LearnedSettings.Weights(25, 0.5),
                    new LearnedSettings.Exploration(
                        0.01,
                        Double.POSITIVE_INFINITY,
                        new LearnedSettings.Nursery(1, 2, Duration.ofDays(3), 0.04)),
                    null,
                    new LearnedSettings.Options(
                        LearnedSettings.Rewards.FLOAT,
                        0.2,
                        null,
                        LearnedSettings.Stopping.DEFAULT,
                        null),
                    new LearnedSettings.Limits(0.002, 0.7, Duration.ofSeconds(2))),
                "text",
                new LaneShares(0.02, 0.1, 0),
                List.of("b"),
                Duration.ofSeconds(10),
                new Experimentation.Stickiness(Duration.ofHours(1), 5),
                new Experimentation.Attribution(Duration.ofMinutes(90), null, -0.5),
                new Experimentation.ExploreCondition("plan", false, "enterprise"),
                new Experimentation.Rules(
                    new Experimentation.Promotion(Experimentation.Promotion.Mode.AUTO, 0.02, 0.1),
                    List.of(
                        new Experimentation.Guarded(
                            "stars", Experimentation.Guarded.Limit.MAX, 1.5),
                        new Experimentation.Guarded(
                            "stars", Experimentation.Guarded.Limit.WORSE_BY, 0.5),
                        new Experimentation.Guarded(
                            "helpful", Experimentation.Guarded.Limit.MIN, 0.9)),
                    List.of("judge", "thumbs")),
                null));
  }

  @Test
  void experimentationLearned_noFeedback_isMapped() {
    assertThat(learned("no_feedback = 0.5").attribution().noFeedback()).isEqualTo(0.5);
    assertThat(learned("no_feedback = \"unknown\"").attribution().noFeedback()).isNull();
  }

  @Test
  void experimentationLearned_targetOfShortAnswers_isWithinReach() {
    String model =
        """
        [models.%s]
        routing = ["p"]
        providers.p = { type = "dummy", model_name = "a", cost = [{ pointer = "/usage/completion_tokens", cost_per_million = %d }] }
        """;
    Experimentation.Learned learned =
        (Experimentation.Learned)
            function(
                    METRIC
                        + model.formatted("cheap", 1)
                        + model.formatted("dear", 100)
                        + VARIANTS
                            .replace("\"dummy::a\"", "\"cheap\"\nmax_tokens = 20")
                            .replace("\"dummy::b\"", "\"dear\"\nmax_tokens = 20")
                        + """
                        [functions.f.experimentation]
                        type = "learned"
                        metric = "stars"
                        target_usd_per_request = 0.001
                        """)
                .experimentation();
    assertThat(learned.settings().limits().targetUsd()).isEqualTo(0.001);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "squarecb",
        "thompson",
        "top_two",
        "epsilon_greedy",
        "linucb",
        "lints",
        "logistic_thompson",
        "track_and_stop"
      })
  void experimentationLearned_algorithm_isMapped(String algorithm) {
    assertThat(learned("algorithm = \"%s\"".formatted(algorithm)).settings().algorithm())
        .isEqualTo(algorithm);
  }

  @Test
  void experimentationLearned_epsilonDecay_takesThePlaceOfEpsilon() {
    assertThat(learned("algorithm = \"epsilon_greedy\"\nepsilon_decay = 5").settings().options())
        .isEqualTo(
            new LearnedSettings.Options(
                LearnedSettings.Rewards.FLOAT, 0.1, 5.0, LearnedSettings.Stopping.DEFAULT, null));
  }

  @Test
  void experimentationLearned_delta_isMapped() {
    assertThat(learned("algorithm = \"track_and_stop\"\ndelta = 0.01").settings().options())
        .isEqualTo(
            new LearnedSettings.Options(
                LearnedSettings.Rewards.FLOAT,
                0.1,
                null,
                new LearnedSettings.Stopping(0.01, 0, 10, Long.MAX_VALUE),
                null));
  }

  @Test
  void experimentationLearned_strongShare_impliesItsAlgorithmAndCountsTheLanes() {
    LearnedSettings settings =
        learned("strong_share = 0.3\nstrong_variant = \"b\"\nholdout = 0.1").settings();
    assertThat(settings.algorithm()).isEqualTo("threshold");
    LearnedSettings.StrongShare share = settings.options().strongShare();
    assertThat(share.variant()).isEqualTo("b");
    assertThat(share.wanted()).isEqualTo(0.3);
    // The baseline is a: the holdout gives b nothing, the uniform slice half of its 1 %.
    assertThat(share.ofPolicy()).isCloseTo((0.3 - 0.005) / 0.89, within(1e-15));
    assertThat(
            learned("strong_share = 0.3\nstrong_variant = \"a\"\nholdout = 0.1")
                .settings()
                .options()
                .strongShare()
                .ofPolicy())
        .isCloseTo((0.3 - 0.005 - 0.1) / 0.89, within(1e-15));
  }

  @Test
  void experimentationLearned_strongShareWithPrices_isOfTheDearerOne() {
    String model =
        """
        [models.%s]
        routing = ["p"]
        providers.p = { type = "dummy", model_name = "a", cost = [{ pointer = "/usage/completion_tokens", cost_per_million = %d }] }
        """;
    Experimentation.Learned learned =
        (Experimentation.Learned)
            function(
                    METRIC
                        + model.formatted("cheap", 1)
                        + model.formatted("dear", 100)
                        + VARIANTS.replace("dummy::a", "cheap").replace("dummy::b", "dear")
                        + """
                        [functions.f.experimentation]
                        type = "learned"
                        metric = "stars"
                        algorithm = "threshold"
                        strong_share = 0.5
                        """)
                .experimentation();
    assertThat(learned.settings().options().strongShare().variant()).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"adaptive", "track_and_stop"})
  void experimentationAdaptive_everyKey_isMapped(String type) {
    assertThat(
            adaptive(
                """
                type = "%s"
                algorithm = "track_and_stop"
                fallback_variants = ["b"]
                min_samples_per_variant = 20
                max_samples_per_variant = 500
                delta = 0.01
                epsilon = 0.4
                update_period_s = 60
                min_prob = 0.05
                attribution_window = "7d"
                """
                    .formatted(type)))
        .isEqualTo(
            new Experimentation.Learned(
                "stars",
                adaptiveSettings(0.05, new LearnedSettings.Stopping(0.01, 0.1, 20, 500)),
                "none",
                LaneShares.POLICY_ONLY,
                List.of("b"),
                Duration.ofSeconds(60),
                Experimentation.Stickiness.DEFAULT,
                Experimentation.Attribution.within(Duration.ofDays(7)),
                null,
                Experimentation.Rules.NONE,
                null));
  }

  @Test
  void experimentationAdaptive_withoutKeys_hasTheDefaults() {
    Experimentation.Learned adaptive = adaptive("type = \"adaptive\"");
    assertThat(adaptive.settings())
        .isEqualTo(adaptiveSettings(0, new LearnedSettings.Stopping(0.05, 0, 10, 10_000)));
    assertThat(adaptive.revisionInterval()).isEqualTo(Duration.ofSeconds(300));
    assertThat(adaptive.fallbackVariants()).isEmpty();
  }

  private static ModelDefinition.CostEntry costEntry(
      String pointer, String streamingPointer, String rate, boolean required) {
    return new ModelDefinition.CostEntry(
        JsonPointer.compile(pointer),
        JsonPointer.compile(streamingPointer),
        new BigDecimal(rate),
        required);
  }

  private static LearnedSettings adaptiveSettings(
      double minProbability, LearnedSettings.Stopping stopping) {
    return new LearnedSettings(
        "adaptive",
        List.of("a", "b"),
        null,
        LearnedSettings.Weights.NONE,
        new LearnedSettings.Exploration(
            minProbability, Double.POSITIVE_INFINITY, LearnedSettings.Nursery.OFF),
        null,
        new LearnedSettings.Options(LearnedSettings.Rewards.FLOAT, 0.1, null, stopping, null),
        LearnedSettings.Limits.NONE);
  }

  private static Experimentation.Learned adaptive(String keys) {
    return (Experimentation.Learned)
        function(
                METRIC
                    + VARIANTS
                    + """
                    [functions.f.experimentation]
                    metric = "stars"
                    candidate_variants = ["b", "a"]
                    """
                    + keys)
            .experimentation();
  }

  private static Experimentation.Learned learned(String keys) {
    return (Experimentation.Learned)
        function(
                METRIC
                    + VARIANTS
                    + """
                    [functions.f.experimentation]
                    type = "learned"
                    metric = "stars"
                    baseline_variant = "a"
                    """
                    + keys)
            .experimentation();
  }
}
