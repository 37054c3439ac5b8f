package dev.pointsman.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every key that may be written in a configuration, by the kind of table it stands in: those that
 * are read, and those of TensorZero or of our own design that are not supported yet. The reader
 * refuses what is not here; {@code docs/configuration.md} names every one of them.
 *
 * <p>A key that would change answers, limits or access is refused, since ignoring it would serve
 * something else than its author asked for. Any other one is a warning.
 */
final class ConfigurationKeys {

  /** What happens to a key. */
  enum Support {
    /** It is read. */
    READ,
    /** It is accepted and has no effect, as its author would want. */
    NO_EFFECT,
    /** It is ignored with a warning. */
    WARNED,
    /** It is an error. */
    REFUSED
  }

  /**
   * One key of one kind of table.
   *
   * @param advice for keys that are not read: what to do instead
   * @param restart whether a changed value needs a restart
   * @param harmless the one value of a key that is not supported which asks for nothing; or null
   */
  record Key(
      String name, Support support, String advice, boolean restart, @Nullable Object harmless) {}

  /** Kinds of tables and their keys, both in the order of the documentation. */
  static final Map<String, Map<String, Key>> TABLES = tables();

  private ConfigurationKeys() {}

  private static Map<String, Map<String, Key>> tables() {
    Tables t = new Tables();
    t.table("")
        .read("gateway", "store", "functions", "models", "embedding_models", "metrics", "tools")
        .warned("clickhouse", "where events are kept is set under [store]")
        .warned("postgres", "where control data is kept is set under [store]")
        .refused("rate_limiting", "remove it and limit traffic in front of Pointsman")
        .warned("object_storage", "files of requests are not stored")
        .warned("evaluations", "evaluations are not run here")
        .refused("provider_types", "set api_key_location on each provider")
        .warned("optimizers", "fine-tuning is not run here")
        .warned("autopilot", "learned policies do this: experimentation.type = \"learned\"")
        .refused("experiments", "use experimentation with a holdout on the function instead")
        .refused("prices", "give each provider its cost[] instead");
    t.table("gateway")
        .restart("bind_address", "base_path", "allow_open_bind")
        .read("unstable_error_json", "global_outbound_http_timeout_ms")
        .noEffect("disable_pseudonymous_usage_analytics")
        .warned("debug", "raise the log level instead", false)
        .refused("auth", "remove it; keys and teams are managed by Pointsman itself")
        .warned("observability", "every inference is logged durably; see [store] durability")
        .warned("export", "traces are not exported")
        .refused(
            "template_filesystem_access",
            "name each template under the variant's templates.<name>.path")
        .refused(
            "fetch_and_encode_input_files_before_inference",
            "remove it: files are passed to the provider as they come",
            false)
        .warned("metrics", "histogram buckets are fixed")
        .refused("relay", "give the other gateway as a model's provider instead")
        .warned("cache", "answers are not cached")
        .refused(
            "unstable_disable_feedback_target_validation",
            "remove it: feedback is accepted at once and joined when its inference arrives",
            false);
    t.table("store")
        .restart(
            "events",
            "control",
            "data_directory",
            "durability",
            "spool_max_bytes",
            "when_spool_full",
            "rollup_tags",
            "retention_days",
            "payload_retention_days",
            "cluster");
    t.table("models.M")
        .read("routing", "providers", "timeouts")
        .warned("skip_relay", "there is no relay to skip")
        .refused("namespace", "remove it, or give the model only to the functions that may use it");
    t.table("models.M.providers.P")
        .read("type", "cost", "timeouts")
        .warned("batch_cost", "there is no batch inference")
        .refused("extra_body", "this kind of provider sends no extra fields")
        .refused("extra_headers", "this kind of provider sends no extra headers")
        .refused("discard_unknown_chunks", "remove it", false)
        .refused("provider_tools", "remove it");
    t.table("models.M.providers.P.cost[]")
        .read(
            "pointer",
            "pointer_nonstreaming",
            "pointer_streaming",
            "cost_per_million",
            "cost_per_unit",
            "required");
    t.table("embedding_models.M").read("routing", "providers", "timeout_ms");
    t.table("timeouts").read("non_streaming", "streaming");
    t.table("timeouts.non_streaming").read("total_ms");
    t.table("timeouts.streaming").read("ttft_ms", "total_ms", "silence_ms");
    t.table("metrics.X").read("type", "level", "optimize", "description", "range");
    t.table("tools.T").read("description", "parameters", "strict", "name");
    t.table("functions.F")
        .read(
            "type",
            "description",
            "variants",
            "system_schema",
            "user_schema",
            "assistant_schema",
            "schemas",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "output_schema",
            "experimentation",
            "segment_by",
            "log_text")
        .warned("evaluators", "evaluations are not run here");
    t.table("functions.F.schemas.S").read("path");
    t.table("functions.F.tool_choice").read("specific");
    t.table("functions.F.variants.V")
        .read(
            "type",
            "model",
            "weight",
            "system_template",
            "user_template",
            "assistant_template",
            "templates",
            "temperature",
            "max_tokens",
            "seed",
            "top_p",
            "presence_penalty",
            "frequency_penalty",
            "stop_sequences",
            "reasoning_effort",
            "service_tier",
            "verbosity",
            "json_mode",
            "retries",
            "timeouts")
        .refused("thinking_budget_tokens", "use reasoning_effort instead")
        .refused("input_wrappers", "use templates instead")
        .refused("extra_body", "remove it, or pass extra_body with the request")
        .refused("extra_headers", "remove it, or pass extra_headers with the request");
    t.table("functions.F.variants.V.templates.N").read("path");
    t.table("functions.F.variants.V.retries").read("num_retries", "max_delay_s");
    t.table("experimentation static")
        .read("type", "candidate_variants", "fallback_variants")
        .refused("namespaces", "give each namespace a function of its own");
    t.table("experimentation adaptive")
        .read(
            "type",
            "algorithm",
            "metric",
            "candidate_variants",
            "fallback_variants",
            "min_samples_per_variant",
            "max_samples_per_variant",
            "delta",
            "epsilon",
            "update_period_s",
            "min_prob",
            "attribution_window")
        .refused("namespaces", "give each namespace a function of its own");
    t.table("experimentation learned")
        .read(
            "type",
            "metric",
            "candidate_variants",
            "fallback_variants",
            "baseline_variant",
            "algorithm",
            "epsilon",
            "epsilon_decay",
            "delta",
            "strong_share",
            "strong_variant",
            "context",
            "embedding_model",
            "embedding_deadline",
            "cost_weight",
            "value_of_success",
            "latency_weight",
            "min_prob",
            "uniform_slice",
            "holdout",
            "exploration_limit",
            "explore_if",
            "revision_interval",
            "sticky_ttl",
            "sticky_max",
            "nursery",
            "half_life",
            "attribution_window",
            "no_feedback",
            "reward_on_error",
            "target_usd_per_request",
            "min_quality",
            "latency_slo",
            "guardrails",
            "surrogates",
            "promotion")
        .refused("namespaces", "give each namespace a function of its own");
    t.table("experimentation learned nursery").read("feedbacks", "pulls", "age", "floor");
    t.table("experimentation learned guardrails[]").read("metric", "max", "min", "worse_by");
    t.table("experimentation learned promotion").read("mode", "margin", "canary");
    return t.done();
  }

  /** Collects the tables. */
  private static final class Tables {
    private final Map<String, Map<String, Key>> tables = new LinkedHashMap<>();
    private Map<String, Key> open = new LinkedHashMap<>();

    Tables table(String kind) {
      open = new LinkedHashMap<>();
      tables.put(kind, Collections.unmodifiableMap(open));
      return this;
    }

    Tables read(String... names) {
      for (String name : names) {
        open.put(name, new Key(name, Support.READ, "", false, null));
      }
      return this;
    }

    Tables restart(String... names) {
      for (String name : names) {
        open.put(name, new Key(name, Support.READ, "", true, null));
      }
      return this;
    }

    Tables noEffect(String name) {
      open.put(name, new Key(name, Support.NO_EFFECT, "", false, null));
      return this;
    }

    Tables warned(String name, String advice) {
      return put(name, Support.WARNED, advice, null);
    }

    Tables warned(String name, String advice, Object harmless) {
      return put(name, Support.WARNED, advice, harmless);
    }

    Tables refused(String name, String advice) {
      return put(name, Support.REFUSED, advice, null);
    }

    Tables refused(String name, String advice, Object harmless) {
      return put(name, Support.REFUSED, advice, harmless);
    }

    private Tables put(String name, Support support, String advice, @Nullable Object harmless) {
      open.put(name, new Key(name, support, advice, false, harmless));
      return this;
    }

    Map<String, Map<String, Key>> done() {
      return Collections.unmodifiableMap(tables);
    }
  }
}
