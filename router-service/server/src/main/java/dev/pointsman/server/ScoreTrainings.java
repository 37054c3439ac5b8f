package dev.pointsman.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.dashboard.ReportJson;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.trainer.RewardRules;
import dev.pointsman.trainer.scores.PriorRegister;
import dev.pointsman.trainer.scores.ScoreFile;
import dev.pointsman.trainer.scores.ScoreTraining;
import dev.pointsman.trainer.scores.ScoresRefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Functions trained from files of scores; over HTTP and on a stopped directory alike. */
final class ScoreTrainings {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FunctionCatalog catalog;

  ScoreTrainings(FunctionCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * A file of scores and what is wanted of it.
   *
   * @param name of the file; its ending says what it holds
   * @param bytes of the file
   * @param packed whether the bytes were packed once more on their way, by gzip
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through, never compared
  record Wanted(
      String name,
      byte[] bytes,
      boolean packed,
      ScoreTraining.Plan plan,
      String actor,
      Instant now) {

    private ScoreFile read(ScoreFile.Expected expected) {
      try (InputStream sent = new ByteArrayInputStream(bytes);
          InputStream file = packed ? new GZIPInputStream(sent) : sent) {
        return ScoreFile.read(name, file, expected);
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "the body is not packed by gzip, as packed=true says: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Reads, learns and judges; {@code {"function", "metric", "optimize", "file", "sha256", "rows",
   * "unused_columns", "untagged", "held_out", "weight", …}} and the fields of {@link
   * ScoreTraining.Result}.
   *
   * @param register takes it in; null leaves it at that, and then {@code kept} is null
   * @throws IllegalArgumentException if the function does not learn
   * @throws ScoresRefusedException if the file is refused; then nothing is changed
   */
  JsonNode train(String function, Wanted wanted, @Nullable PriorRegister register) {
    FunctionDefinition definition = catalog.functions().get(function);
    if (definition == null
        || !(definition.experimentation() instanceof Experimentation.Learned learned)) {
      throw new IllegalArgumentException(
          "functions.%s is not configured as a function that learns".formatted(function));
    }
    RewardRule rule = RewardRules.of(catalog, function, learned);
    ScoreFile file = wanted.read(new ScoreFile.Expected(definition, learned, rule));
    ScoreTraining.Result result =
        new ScoreTraining(
                rule, learned, catalog.prices(definition, learned.settings().candidates()))
            .run(file, wanted.plan(), wanted.now());
    ObjectNode answer =
        JsonNodeFactory.instance
            .objectNode()
            .put("function", function)
            .put("metric", rule.metric())
            .put("optimize", rule.maximize() ? "max" : "min")
            .put("file", file.name())
            .put("sha256", file.sha256())
            .put("rows", file.rows().size())
            .put("untagged", file.untagged())
            .put("held_out", wanted.plan().heldOut())
            .put("weight", wanted.plan().mostWeight());
    file.unusedColumns().forEach(answer.putArray("unused_columns")::add);
    answer.setAll((ObjectNode) ReportJson.tree(result));
    answer.set(
        "kept",
        register == null
            ? null
            : outcome(
                register.takeIn(
                    function,
                    rule.metric(),
                    file,
                    wanted.plan(),
                    result,
                    wanted.actor(),
                    wanted.now())));
    return answer;
  }

  /**
   * {@code {"changed", "before", "generation", "revision"}}: whether anything was done, where what
   * was known before came from, and the revision that decides by it; both null while none could be
   * made.
   */
  static JsonNode outcome(PriorRegister.Outcome outcome) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("changed", outcome.changed());
    String before = outcome.before();
    PolicyRevision revision = outcome.revision();
    answer.set("before", before == null ? null : parsed(before));
    return answer
        .put("generation", revision == null ? null : revision.generation())
        .put("revision", revision == null ? null : Long.valueOf(revision.revision()));
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what is stored of prior evidence is no JSON: " + json, e);
    }
  }
}
