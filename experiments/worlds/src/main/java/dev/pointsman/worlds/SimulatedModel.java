package dev.pointsman.worlds;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A model of a world: reads a prompt, and answers rightly as often as the world says. The answer
 * ends with the number asked for, so a reader can check it; nothing else tells right from wrong.
 */
public final class SimulatedModel {
  private final World world;
  private final World.ModelTruth truth;

  /**
   * The model of that name.
   *
   * @throws IllegalArgumentException if the world has none
   */
  public SimulatedModel(World world, String modelName) {
    this.world = world;
    this.truth = world.model(modelName);
  }

  /**
   * What a model gives back.
   *
   * @param text the answer
   * @param inputTokens reported input tokens
   * @param outputTokens reported output tokens
   * @param latency how long the answer takes
   */
  public record Answer(String text, int inputTokens, int outputTokens, Duration latency) {}

  /**
   * Answers a prompt. A prompt without a question of this world gets a fixed answer that says so.
   *
   * @param prompt text of the conversation so far; its last question counts
   * @param sinceFirstRequest the world's time, see {@link WorldClock}
   * @param random where chance comes from
   */
  public Answer answer(String prompt, Duration sinceFirstRequest, RandomGenerator random) {
    Optional<Question> question = RequestKind.read(prompt);
    String text =
        question
            .map(q -> work(q, sinceFirstRequest, random))
            .orElse(
                "I am "
                    + name()
                    + ", a simulated model. I can work out what a customer who bought mugs has"
                    + " to pay, and what a short loop prints; the simulated users show how to"
                    + " ask.");
    World.Usage usage = truth.usage();
    return new Answer(text, usage.inputTokens(), usage.outputTokens(), latency(random));
  }

  /** The model's name. */
  public String name() {
    return truth.name();
  }

  private String work(Question question, Duration sinceFirstRequest, RandomGenerator random) {
    boolean right =
        random.nextDouble() < world.quality(truth.name(), question.kind(), sinceFirstRequest);
    long number = question.rightAnswer();
    if (!right) {
      // A slip as a careless reader would make it: near, never equal.
      number += random.nextBoolean() ? random.nextInt(1, 10) : -random.nextInt(1, 10);
    }
    String opening =
        switch (question.kind()) {
          case CHAT ->
              "Thank you for asking. I counted the mugs that were kept, left out the ones that "
                  + "were sent back, and multiplied by the price of one mug. In dollars: ";
          case CODE ->
              "The loop adds a multiple of its counter on every turn, first and last turn "
                  + "included. Adding the turns up, the program prints: ";
        };
    return opening + number;
  }

  private Duration latency(RandomGenerator random) {
    World.LatencyTruth latency = truth.latency();
    double factor = StrictMath.exp(latency.spread() * random.nextGaussian());
    return Duration.ofNanos(Math.round(latency.median().toNanos() * factor));
  }
}
