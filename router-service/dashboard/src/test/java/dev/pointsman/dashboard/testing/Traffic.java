package dev.pointsman.dashboard.testing;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Payload;
import dev.pointsman.eventlog.testing.Events;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Some logged traffic: 1 to 9 are plain chat inferences of {@code support_reply}, of which 6 failed;
 * 10 called a tool and brought one of its own; 11 and 12 are json inferences, 12 with a schema of its
 * own; 13 logged no text; 14 is of a function that is not configured; 15 was cut for its length.
 */
public final class Traffic {

  private Traffic() {}

  /** The inferences and what was said of them. */
  public static List<Event> events() {
    List<Event> events = new ArrayList<>();
    for (int n = 1; n <= 9; n++) {
      events.add(n == 6 ? Events.inferenceOf(n).failed("timed_out").build() : Events.inference(n));
    }
    events.add(
        Events.inferenceOf(10)
            .payload(
                Payload.of(
                    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Übung\"}]}]}",
                    "[{\"type\":\"tool_call\",\"id\":\"c1\",\"raw_name\":\"find_parcel\","
                        + "\"raw_arguments\":\"{\\\"number\\\":1}\",\"name\":\"find_parcel\",\"arguments\":{\"number\":1}}]",
                    "{\"chat_completion\":{\"temperature\":0.5},\"tool_choice\":\"required\"}",
                    "[{\"name\":\"find_parcel\",\"description\":\"Finds a parcel\",\"parameters\":"
                        + "{\"type\":\"object\",\"properties\":{\"number\":{\"type\":\"integer\"}}}},"
                        + "{\"name\":\"own\",\"description\":null,\"parameters\":{\"type\":\"object\"}}]"))
            .build());
    events.add(json(11, "{\\\"answer\\\":\\\"yes\\\"}", null));
    events.add(
        json(
            12,
            "{\\\"other\\\":1}",
            "{\"output_schema\":{\"type\":\"object\",\"required\":[\"other\"]}}"));
    events.add(Events.inferenceOf(13).payload(null).build());
    events.add(Events.inferenceOf(14).function("gone").build());
    events.add(
        Events.inferenceOf(15)
            .payload(
                Payload.of(
                    "{\"messages\":[{\"role\":\"user\",\"content\":\""
                        + "x".repeat(1 << 20)
                        + "\"}]}",
                    "[{\"type\":\"text\",\"text\":\"short\"}]",
                    null,
                    null))
            .build());
    events.add(Events.feedback(1, true));
    events.add(Events.feedback(2, false));
    events.add(said(3, "demonstration", "\"Take the blue label.\""));
    events.add(
        said(
            10,
            "demonstration",
            "[{\"type\":\"tool_call\",\"name\":\"find_parcel\",\"arguments\":{\"number\":\"x\"}}]"));
    events.add(said(11, "demonstration", "{\"answer\":\"no\"}"));
    events.add(said(1, "comment", "well done"));
    events.add(rating(1, 4.5));
    events.add(rating(2, 2));
    return events;
  }

  private static InferenceEvent json(int n, String answer, String parameters) {
    return Events.inferenceOf(n)
        .function("extract")
        .functionType("json")
        .payload(
            Payload.of(
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"q\"}]}]}",
                "[{\"type\":\"text\",\"text\":\"" + answer + "\"}]",
                parameters,
                null))
        .build();
  }

  private static FeedbackEvent said(int n, String metric, String text) {
    return new FeedbackEvent(
        Events.id(n + (metric.equals("comment") ? 5_200_000 : 5_100_000)),
        Events.time(n + 70),
        FeedbackEvent.Target.INFERENCE,
        Events.id(n),
        metric,
        null,
        null,
        text,
        "api",
        Map.of(),
        null,
        null);
  }

  private static FeedbackEvent rating(int n, double value) {
    return new FeedbackEvent(
        Events.id(n + 5_300_000),
        Events.time(n + 80),
        FeedbackEvent.Target.EPISODE,
        Events.id(n + 1_000_000),
        "rating",
        null,
        value,
        null,
        "api",
        Map.of("by", "ada"),
        null,
        null);
  }
}
