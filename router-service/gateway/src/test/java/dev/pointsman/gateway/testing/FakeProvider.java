package dev.pointsman.gateway.testing;

import dev.pointsman.catalog.ProviderKind;
import dev.pointsman.chat.json.Json;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.FinishReason;
import dev.pointsman.gateway.provider.ModelRequest;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderFailureException;
import dev.pointsman.gateway.provider.ProviderType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A scripted provider: {@code FakeProvider.failing(429).then(200)} fails its first call and answers
 * its second and all later ones. As a {@link #type} it has one script per model name.
 */
public final class FakeProvider implements ProviderClient {

  private final Queue<Integer> statuses = new ArrayDeque<>();
  private final List<ModelRequest> requests = new CopyOnWriteArrayList<>();
  private Duration retryAfter;
  private Runnable first = () -> {};

  private FakeProvider() {}

  /** Answers every call. */
  public static FakeProvider answering() {
    return new FakeProvider();
  }

  /** Fails its first call with a status; 0 is a broken connection, -1 a timeout. */
  public static FakeProvider failing(int status) {
    return new FakeProvider().then(status);
  }

  /** What the next call does; 200 answers. */
  public FakeProvider then(int... next) {
    for (int status : next) {
      statuses.add(status);
    }
    return this;
  }

  /** What rate-limited calls ask for. */
  public FakeProvider retryAfter(Duration pause) {
    retryAfter = pause;
    return this;
  }

  /** Runs something whenever it is asked, before it answers. */
  public FakeProvider whenAsked(Runnable what) {
    first = what;
    return this;
  }

  /** The requests that came. */
  public List<ModelRequest> requests() {
    return List.copyOf(requests);
  }

  /** The kind {@code fake}: {@code fake::name} is the provider of that name. */
  public static ProviderType type(Map<String, FakeProvider> providers) {
    Map<String, FakeProvider> byName = new ConcurrentHashMap<>(providers);
    return new ProviderType(
        new ProviderKind("fake", (table, reading) -> reading.requiredText("model_name")),
        settings -> byName.get((String) settings),
        name -> name);
  }

  @Override
  public String modelName() {
    return "fake";
  }

  @Override
  public synchronized ProviderAnswer open(ModelRequest request, long beginBy)
      throws ProviderFailureException {
    requests.add(request);
    first.run();
    int status = statuses.isEmpty() ? 200 : statuses.remove();
    if (status != 200) {
      throw new ProviderFailureException(failure(status));
    }
    List<AnswerEvent> events = new ArrayList<>();
    events.add(new AnswerEvent.TextDelta(0, "fine"));
    events.add(
        new AnswerEvent.UsageReported(
            new Tokens(100L, 10L, null, null, null),
            Json.object()
                .set(
                    "usage",
                    Json.object().put("prompt_tokens", 100).put("completion_tokens", 10))));
    events.add(new AnswerEvent.Finished(FinishReason.STOP));
    return new Prepared(new ArrayDeque<>(events));
  }

  private ProviderFailure failure(int status) {
    return switch (status) {
      case -1 -> new ProviderFailure.TimedOut("scripted");
      case 0 -> new ProviderFailure.ConnectionBroken("scripted");
      case 429 -> new ProviderFailure.RateLimited("scripted", 429, retryAfter);
      case 401, 403 -> new ProviderFailure.CredentialRefused("scripted", status);
      case 400 -> new ProviderFailure.RequestRejected("scripted", status);
      case 451 -> new ProviderFailure.ContentFiltered("scripted", 400);
      default -> new ProviderFailure.UpstreamFault("scripted", status);
    };
  }

  private record Prepared(Queue<AnswerEvent> events) implements ProviderAnswer {
    @Override
    public AnswerEvent next(long by) {
      return events.poll();
    }

    @Override
    public Integer httpStatus() {
      return 200;
    }

    @Override
    public String rawRequest() {
      return "{}";
    }

    @Override
    public String rawResponse() {
      return "{}";
    }

    @Override
    public void close() {}
  }
}
