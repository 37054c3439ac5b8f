package dev.pointsman.worlds;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * The users of a world: an endless sequence of visits, and what each visitor says about the answer.
 * {@link #next()} is for one thread; {@link #review} may be called from any.
 */
public final class SimulatedUsers {
  private final World world;
  private final RandomGenerator random;
  private double nextArrivalSeconds;

  /**
   * Users of a world. The first arrives at once.
   *
   * @param random where arrivals, questions and moods come from
   */
  public SimulatedUsers(World world, RandomGenerator random) {
    this.world = world;
    this.random = random;
  }

  /**
   * One user with one question.
   *
   * @param ordinal counted from 1
   * @param at when, since the first request
   * @param question what is asked
   * @param mood seeds whether and when this user gives feedback
   */
  public record Visit(long ordinal, Duration at, Question question, long mood) {
    /** The tags that go with the request. */
    public Map<String, String> tags() {
      return Map.of("kind", question.kind().label());
    }
  }

  /**
   * A user's feedback.
   *
   * @param delay time after the answer was read
   * @param resolved whether the answer was right
   */
  public record Review(Duration delay, boolean resolved) {}

  private long visits;

  /** The next visit. */
  public Visit next() {
    Duration at = Duration.ofNanos(Math.round(nextArrivalSeconds * 1e9));
    nextArrivalSeconds += exponential(random) / world.requestsPerSecond();
    RequestKind kind = world.kinds().get(random.nextInt(world.kinds().size()));
    return new Visit(++visits, at, kind.draw(random), random.nextLong());
  }

  /** What the visitor says after reading the answer; empty when he says nothing. */
  public Optional<Review> review(Visit visit, String answer) {
    // Seeded by the visit, so that the order in which answers arrive changes nothing.
    RandomGenerator mood = new SplittableRandom(visit.mood());
    World.FeedbackHabit habit = world.feedback();
    boolean speaks = mood.nextDouble() < habit.rate();
    long extra = Math.round(habit.meanExtraDelay().toNanos() * exponential(mood));
    return speaks
        ? Optional.of(
            new Review(
                habit.shortestDelay().plusNanos(extra), visit.question().isAnsweredBy(answer)))
        : Optional.empty();
  }

  private static double exponential(RandomGenerator random) {
    return -StrictMath.log1p(-random.nextDouble());
  }
}
