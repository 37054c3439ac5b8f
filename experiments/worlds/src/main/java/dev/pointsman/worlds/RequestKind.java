package dev.pointsman.worlds;

import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kind of request that simulated users make. Each kind asks questions with one right whole
 * number, so that reading an answer is enough to tell whether it is right.
 */
public enum RequestKind {
  /** A customer's question about a bill. */
  CHAT(
      "A customer bought %d mugs at $%d each and sent %d of them back for a full refund. "
          + "How many dollars has the customer paid in the end? Please end with the number.",
      "bought (\\d{1,4}) mugs at \\$(\\d{1,4}) each and sent (\\d{1,4}) of them back") {
    @Override
    long solve(long bought, long price, long returned) {
      return (bought - returned) * price;
    }

    @Override
    Question draw(RandomGenerator random) {
      int bought = random.nextInt(3, 20);
      return write(bought, random.nextInt(4, 30), random.nextInt(1, bought));
    }
  },

  /** A question about what a program prints. */
  CODE(
      "What does this program print? "
          + "int sum = 0; for (int i = %d; i <= %d; i++) { sum += %d * i; } "
          + "System.out.println(sum); Please end with the number.",
      "int i = (\\d{1,4}); i <= (\\d{1,4}); i\\+\\+\\) \\{ sum \\+= (\\d{1,4}) \\* i; \\}") {
    @Override
    long solve(long first, long last, long factor) {
      return first > last ? 0 : factor * (first + last) * (last - first + 1) / 2;
    }

    @Override
    Question draw(RandomGenerator random) {
      int first = random.nextInt(1, 10);
      return write(first, first + random.nextInt(2, 12), random.nextInt(2, 9));
    }
  };

  private final String wording;
  private final Pattern reading;

  RequestKind(String wording, String reading) {
    this.wording = wording;
    this.reading = Pattern.compile(reading);
  }

  abstract long solve(long first, long second, long third);

  /** A new question of this kind. */
  abstract Question draw(RandomGenerator random);

  final Question write(int first, int second, int third) {
    String prompt = wording.formatted(first, second, third);
    return new Question(this, prompt, solve(first, second, third));
  }

  /** The last question that a prompt contains, whatever stands around it; empty if it has none. */
  static Optional<Question> read(String prompt) {
    Optional<Question> found = Optional.empty();
    int position = -1;
    for (RequestKind kind : values()) {
      Matcher matcher = kind.reading.matcher(prompt);
      while (matcher.find()) {
        if (matcher.start() > position) {
          position = matcher.start();
          found =
              Optional.of(
                  kind.write(
                      Integer.parseInt(matcher.group(1)),
                      Integer.parseInt(matcher.group(2)),
                      Integer.parseInt(matcher.group(3))));
        }
      }
    }
    return found;
  }

  /** The value of the tag {@code kind}, for example {@code chat}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
