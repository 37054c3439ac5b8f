package dev.pointsman.routing.features;

/**
 * How much a request asks of a model, as far as its form tells: what a policy goes by before it has
 * feedback. Known before any training, in every language, in microseconds; text models, which learn
 * from feedback, take its place.
 *
 * <p>{@link #COMPLEX} holds program text or has a size of {@value #COMPLEX_SIZE} or more, {@link
 * #MEDIUM} one of {@value #MEDIUM_SIZE} or more; the size of the user's last message is its
 * characters, a Han, Kana or Hangul sign counting as {@value #SIGN_SIZE}, for each says as much.
 *
 * <p>On recorded outcomes of six sources (training rows, 27,331 prompts) the quality that a doubling
 * of price buys is 0.012 for simple, 0.025 for medium and 0.034 for complex ones, and rises from tier
 * to tier in each source. Measures that did not show it in all of them, as formulas and numbers, are
 * left out.
 */
public enum RequestComplexity {
  /** A short question. */
  SIMPLE("simple", 0.01),
  /** A paragraph. */
  MEDIUM("medium", 0.025),
  /** Program text, or a long message. */
  COMPLEX("complex", 0.035);

  /** How many rewards of a variant a tier is worth. */
  public static final double PSEUDO_REWARDS = 4;

  /** From so many rewards of a variant on its tiers say nothing any more. */
  public static final double MOST_REWARDS = 100;

  private static final int MEDIUM_SIZE = 200;
  private static final int COMPLEX_SIZE = 480;
  private static final int SIGN_SIZE = 3;

  private final String label;
  private final double qualityPerHalving;

  RequestComplexity(String label, double qualityPerHalving) {
    this.label = label;
    this.qualityPerHalving = qualityPerHalving;
  }

  /** Its name in the log. */
  public String label() {
    return label;
  }

  /** Points of quality that are expected to be lost with every halving of price. */
  public double qualityPerHalving() {
    return qualityPerHalving;
  }

  /**
   * How much of what a tier says of a variant still counts beside the variant's own rewards, 0..1.
   *
   * @param rewards discounted number of rewards
   */
  public static double weightBeside(double rewards) {
    return rewards < MOST_REWARDS ? PSEUDO_REWARDS / (PSEUDO_REWARDS + rewards) : 0;
  }

  /**
   * The tier of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static RequestComplexity ofLabel(String label) {
    for (RequestComplexity tier : values()) {
      if (tier.label.equals(label)) {
        return tier;
      }
    }
    throw new IllegalArgumentException("no tier of complexity: " + label);
  }

  /**
   * The tier of a request.
   *
   * @param lastUserText the text of the user's last message
   */
  public static RequestComplexity of(String lastUserText) {
    int size = size(lastUserText);
    // Long texts are complex whatever they hold, so reading is bounded.
    if (size >= COMPLEX_SIZE || CodeSpotter.hasCode(lastUserText)) {
      return COMPLEX;
    }
    return size >= MEDIUM_SIZE ? MEDIUM : SIMPLE;
  }

  /** No further than it matters. */
  private static int size(String text) {
    if (text.length() >= COMPLEX_SIZE) {
      return COMPLEX_SIZE;
    }
    int size = 0;
    for (int at = 0; at < text.length(); at++) {
      size += isSign(text.charAt(at)) ? SIGN_SIZE : 1;
    }
    return size;
  }

  private static boolean isSign(char c) {
    return (c >= 0x3040 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);
  }
}
